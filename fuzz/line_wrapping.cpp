// What stands around lines: the unwrapper is never fatal, never gives an LF, keeps no more than its bound,
// and gives the same however its input is cut; what comes of it is read as what it is recognised to be.
#include "whatif/readers/line_wrapping.hpp"

#include "whatif/readers/line_cutter.hpp"
#include "whatif/readers/recognise.hpp"
#include "whatif_readers.hpp"

namespace {

using postern::whatif::LineCutter;
using postern::whatif::LineUnwrapper;

std::string unwrapped(std::string_view text, LineCutter::By by, std::size_t piece) {
  std::string out;
  LineUnwrapper unwrapper;
  auto const add = [&](std::optional<std::string_view> within) {
    if (!within) return;
    POSTERN_EXPECT(within->find('\n') == std::string_view::npos);
    out += *within;
    out += '\n';
  };
  LineCutter cutter(by, [&](std::string_view line) { add(unwrapper.take(line)); });
  for (std::size_t at = 0; at < text.size(); at += piece) cutter.feed(text.substr(at, piece));
  cutter.end();
  add(unwrapper.end());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  for (auto const by : {LineCutter::By::lines, LineCutter::By::json_objects})
    POSTERN_EXPECT(unwrapped(text, by, std::max<std::size_t>(size, 1)) == unwrapped(text, by, 3));
  auto const evidence = postern::whatif::look_at(text);
  POSTERN_EXPECT(evidence.fitting <= evidence.lines);
  POSTERN_EXPECT(!evidence.print().empty());
  if (!evidence.format) return 0;
  postern::fuzz::Counting sink;
  if (auto source = postern::whatif::make_source(evidence, {}, sink)) {
    source->feed(text);
    source->end();
    POSTERN_EXPECT(source->stats().skipped <= source->stats().lines);
  }
  return 0;
}

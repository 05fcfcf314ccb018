// JSON lines and tables; and the recogniser, which sees everything first.
#include "whatif/readers/recognise.hpp"
#include "whatif_readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using postern::whatif::Format;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::fuzz::read_both_ways(Format::json_lines, text);
  postern::fuzz::read_both_ways(Format::csv, text);
  if (auto const format = postern::whatif::recognise(text)) {
    auto const& reader = postern::whatif::readers()[static_cast<std::size_t>(*format)];
    POSTERN_EXPECT(reader.format == *format);
    POSTERN_EXPECT(reader.line_looks_like != nullptr || reader.head_looks_like != nullptr);
    if (reader.make != nullptr) postern::fuzz::read_both_ways(*format, text);
  }
  return 0;
}

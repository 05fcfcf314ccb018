// Replies of other servers, and lines of whatever length.
#include <algorithm>

#include "expect.hpp"
#include "wire/line_splitter.hpp"
#include "wire/reply.hpp"

namespace {

// What is printed is read again as the same reply.
void read_again(postern::wire::Reply const& reply) {
  if (reply.text.find('\r') != std::string::npos) return;  // a bare CR within a line ends nothing
  postern::wire::ReplyReader reader;
  auto const printed = reply.print();
  std::string_view printed_text = printed;
  while (!printed_text.empty()) {
    auto const end = printed_text.find("\r\n");
    POSTERN_EXPECT(end != std::string_view::npos);
    auto const again = reader.on_line(printed_text.substr(0, end));
    printed_text.remove_prefix(end + 2);
    POSTERN_EXPECT(again.has_value());
    POSTERN_EXPECT(again->has_value() == printed_text.empty());
    if (*again) POSTERN_EXPECT((*again)->code == reply.code);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view text(reinterpret_cast<char const*>(data), size);
  postern::wire::LineSplitter lines(1000);
  postern::wire::ReplyReader reader;
  while (!text.empty()) {
    auto const room = lines.room();
    auto const count = std::min({room.size(), text.size(), std::size_t{333}});
    std::copy_n(text.begin(), count, room.begin());
    lines.filled(count);
    text.remove_prefix(count);
    while (auto const line = lines.next()) {
      POSTERN_EXPECT(line->text.size() <= 1000);
      auto const reply = reader.on_line(line->text);
      if (!reply) return 0;
      if (!*reply) continue;
      POSTERN_EXPECT((*reply)->code >= 200 && (*reply)->code < 600);
      POSTERN_EXPECT((*reply)->text.size() <= 64 * 1024);
      read_again(**reply);
    }
  }
  return 0;
}

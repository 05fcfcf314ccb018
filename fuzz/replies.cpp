// Replies of other servers, and lines of whatever length.
#include <algorithm>

#include "expect.hpp"
#include "wire/line_splitter.hpp"
#include "wire/reply.hpp"

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
      if (*reply) POSTERN_EXPECT((*reply)->code >= 200 && (*reply)->code < 600);
    }
  }
  return 0;
}

// What local programs hand over: messages, address lists, dropped files.
#include "wire/submission.hpp"

#include "expect.hpp"
#include "wire/address_list.hpp"
#include "wire/bare_newlines.hpp"
#include "wire/dropped_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  parse_address_list(text, "host.example");
  auto const made = prepare_submission(text, {.from = "me@host.example",
                                              .hostname = "host.example",
                                              .origin = "host.example",
                                              .unique = "u",
                                              .reads_recipients = true});
  if (made) {
    std::string normal;
    NewlineNormalizer newlines;
    newlines.feed(made->content, normal);
    newlines.finish(normal);
    POSTERN_EXPECT(newlines.bare() == 0 && normal == made->content);
    POSTERN_EXPECT(made->content.find("\r\n\r\n") != std::string::npos);
  }
  if (auto const dropped = parse_dropped_message(text, size)) {
    auto const again = parse_dropped_message(print(*dropped), size);
    POSTERN_EXPECT(again && print(*again) == print(*dropped));
    POSTERN_EXPECT(again->content == dropped->content);
  }
  return 0;
}

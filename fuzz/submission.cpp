// What local programs hand over: messages, address lists, dropped files.
#include "wire/submission.hpp"

#include "expect.hpp"
#include "wire/address_list.hpp"
#include "wire/dropped_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  parse_address_list(text, "host.example");
  auto const made =
      prepare_submission(text, {"me@host.example", "", "host.example", "u", postern::from_micros(0), true});
  if (made)
    for (std::size_t at = made->content.find('\n'); at != std::string::npos;
         at = made->content.find('\n', at + 1))
      POSTERN_EXPECT(at > 0 && made->content[at - 1] == '\r');
  if (auto const dropped = parse_dropped_message(text)) {
    auto const again = parse_dropped_message(print(*dropped));
    POSTERN_EXPECT(again && print(*again) == print(*dropped));
    POSTERN_EXPECT(again->content == dropped->content);
  }
  return 0;
}

// Paths: what parses, prints, and parses again to the same.
#include "expect.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/path.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::wire::Cursor at(text);
  if (auto const path = postern::wire::forward_path(at)) {
    auto const again = postern::wire::parse_mailbox(path->print());
    POSTERN_EXPECT(again.has_value());
    POSTERN_EXPECT(again->print() == path->print());
    POSTERN_EXPECT(again->local_part() == path->local_part());
    POSTERN_EXPECT(path->print().find_first_of("\r\n") == std::string::npos);
  }
  postern::wire::Cursor reverse(text);
  static_cast<void>(postern::wire::reverse_path(reverse));
  POSTERN_EXPECT(postern::wire::decode_xtext(postern::wire::encode_xtext(text)) == std::string(text));
  return 0;
}

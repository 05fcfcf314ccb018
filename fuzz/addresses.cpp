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
  if (auto const path = postern::wire::reverse_path(reverse); path && *path) {
    auto const printed = "<" + (*path)->print() + ">";
    postern::wire::Cursor printed_at(printed);
    auto const again = postern::wire::reverse_path(printed_at);
    POSTERN_EXPECT(again && *again && (*again)->print() == (*path)->print());
  }
  if (auto const decoded = postern::wire::decode_xtext(text)) {
    POSTERN_EXPECT(decoded->size() <= text.size());
    POSTERN_EXPECT(text.find('+') != std::string_view::npos || *decoded == text);
  }
  POSTERN_EXPECT(postern::wire::decode_xtext(postern::wire::encode_xtext(text)) == text);
  return 0;
}

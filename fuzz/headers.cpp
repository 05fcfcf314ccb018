// Header sections watched in pieces: the same however they are cut; and a Received field that no HELO can
// break.
#include "expect.hpp"
#include "wire/header_section.hpp"
#include "wire/received.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  postern::wire::HeaderSection whole, pieces;
  whole.feed(text);
  for (std::size_t at = 0; at < text.size(); at += 3) pieces.feed(text.substr(at, 3));
  POSTERN_EXPECT(whole.received() == pieces.received());
  POSTERN_EXPECT(whole.bytes() == pieces.bytes());
  POSTERN_EXPECT(whole.ended() == pieces.ended());
  POSTERN_EXPECT(whole.tls_optional() == pieces.tls_optional());
  POSTERN_EXPECT(whole.has_8bit() == pieces.has_8bit());
  postern::wire::Received received;
  received.helo = text;
  received.verified_name = text;
  auto const field = print(received);
  for (std::size_t at = field.find('\n'); at != std::string::npos && at + 1 < field.size();
       at = field.find('\n', at + 1))
    POSTERN_EXPECT(field[at + 1] == '\t');
  return 0;
}

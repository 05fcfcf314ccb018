// Received fields of strangers: read without harm, and folding changes nothing.
#include "expect.hpp"
#include "whatif/readers/received_hop.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const hop = postern::whatif::parse_received(text);
  POSTERN_EXPECT(hop.tls.used == postern::whatif::Tristate::yes || !hop.tls.certificate);
  if (text.size() > 4096 || text.find_first_of("\r\n\t") != std::string_view::npos) return 0;
  std::string folded;
  for (char const c : text) folded += c == ' ' ? std::string("\r\n ") : std::string(1, c);
  auto const again = postern::whatif::parse_received(folded);
  POSTERN_EXPECT(again.by == hop.by);
  POSTERN_EXPECT(again.with == hop.with);
  return 0;
}

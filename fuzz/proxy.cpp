// PROXY headers, versions 1 and 2.
#include "expect.hpp"
#include "wire/proxy_header.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const header = postern::wire::parse_proxy_header(bytes);
  if (header && *header) {
    POSTERN_EXPECT((*header)->length <= size);
    for (std::size_t cut = 0; cut < (*header)->length; ++cut) {  // it is never seen before it is all there
      auto const early = postern::wire::parse_proxy_header(bytes.substr(0, cut));
      POSTERN_EXPECT(early.has_value() && !*early);
    }
  }
  if (header && !*header) POSTERN_EXPECT(size < postern::wire::proxy_header_limit);
  return 0;
}

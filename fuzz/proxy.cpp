// PROXY headers, versions 1 and 2.
#include <algorithm>

#include "expect.hpp"
#include "wire/proxy_header.hpp"

namespace {

using postern::wire::parse_proxy_header;
using postern::wire::ProxyHeader;

bool same(ProxyHeader const& a, ProxyHeader const& b) {
  return a.length == b.length && a.has_client == b.has_client && a.client == b.client &&
         a.client_port == b.client_port;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto const header = parse_proxy_header(bytes);
  if (header && *header) {
    POSTERN_EXPECT((*header)->length <= size);
    // It is never seen before it is all there, and what follows it changes nothing: so a reader that takes
    // what is not yet a whole header takes nothing but the header.
    std::size_t const step = std::max<std::size_t>(1, (*header)->length / 512);
    for (std::size_t cut = 0; cut < (*header)->length; cut += step) {
      auto const early = parse_proxy_header(bytes.substr(0, cut));
      POSTERN_EXPECT(early.has_value() && !*early);
    }
    auto const last = parse_proxy_header(bytes.substr(0, (*header)->length - 1));
    POSTERN_EXPECT(last.has_value() && !*last);
    auto const alone = parse_proxy_header(bytes.substr(0, (*header)->length));
    POSTERN_EXPECT(alone && *alone && same(**alone, **header));
    if (!(*header)->has_client) POSTERN_EXPECT((*header)->client_port == 0);
  }
  if (!header) POSTERN_EXPECT(!postern::wire::explain(header.error()).empty());
  if (header && !*header) POSTERN_EXPECT(size < postern::wire::proxy_header_limit);
  return 0;
}

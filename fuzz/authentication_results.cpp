// Authentication-Results of strangers: what is read of them can be written, and is read again as the same;
// whose they claim to be is seen alike by both readers.
#include "auth/authentication_results.hpp"

#include <algorithm>

#include "auth/dns_name.hpp"
#include "base/ascii.hpp"
#include "expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  using namespace postern::auth;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const server = authentication_server(text);
  POSTERN_EXPECT(server.find_first_of(" ;\"()\r\n") == std::string::npos);
  auto const found = parse_authentication_results(text);
  if (!found) return 0;
  auto const is_plain = [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  if (std::all_of(found->server.begin(), found->server.end(), is_plain))
    POSTERN_EXPECT(server == comparable_domain(found->server));
  POSTERN_EXPECT(found->results.size() <= 100);
  for (auto const& result : found->results) {
    POSTERN_EXPECT(!result.method.empty() && result.method == lowered(result.method));
    POSTERN_EXPECT(result.properties.size() <= 100);
  }
  auto const written = print(*found);
  auto const again = parse_authentication_results(written);
  POSTERN_EXPECT(again && again->results.size() == found->results.size());
  POSTERN_EXPECT(print(*again) == written);
  for (std::size_t at = written.find('\n'); at != std::string::npos; at = written.find('\n', at + 1))
    POSTERN_EXPECT(at > 0 && written[at - 1] == '\r' && at + 1 < written.size() && written[at + 1] == '\t');
  return 0;
}

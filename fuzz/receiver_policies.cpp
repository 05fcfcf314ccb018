// What a receiver publishes: DNS records, TLSA, MTA-STS record and policy, TLSRPT record, the answer to EHLO.
#include "expect.hpp"
#include "wire/dns_records.hpp"
#include "wire/extensions.hpp"
#include "wire/mta_sts.hpp"
#include "wire/path.hpp"
#include "wire/report_uri.hpp"
#include "wire/tlsa.hpp"
#include "wire/tlsrpt_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  if (auto const name = parse_dns_name(text)) POSTERN_EXPECT(name->size() <= 255);
  if (auto const mx = parse_mx(text)) POSTERN_EXPECT(mx->host.size() <= 255);
  if (auto const strings = parse_txt(text)) POSTERN_EXPECT(strings->size() <= size);
  for (auto type : {DnsType::a, DnsType::aaaa})
    if (auto const address = parse_address(type, text)) POSTERN_EXPECT(size == (address->is_v4() ? 4U : 16U));
  if (auto const tlsa = parse_tlsa(text)) POSTERN_EXPECT(!tlsa->usable() || tlsa->print().size() > 6);
  std::vector<std::string> const records{std::string(text)};
  if (auto const id = parse_sts_record(records)) POSTERN_EXPECT(!id->empty() && id->size() <= 32);
  if (auto const addresses = parse_tlsrpt_record(records))
    POSTERN_EXPECT(!addresses->empty() && addresses->size() <= 10);
  if (auto const address = mailto_address(text)) {
    auto const again = parse_mailbox(address->print());
    POSTERN_EXPECT(again && same_mailbox(*again, *address));
  }
  if (auto const place = https_place(text)) POSTERN_EXPECT(!place->host.empty() && place->port != 0);
  if (auto const policy = parse_sts_policy(text)) {
    auto const again = parse_sts_policy(print(*policy));
    POSTERN_EXPECT(again && print(*again) == print(*policy));
    POSTERN_EXPECT(policy->mx.size() <= 100);
    policy->lists("mx.example.org");
  }
  parse_extensions(text);
  return 0;
}

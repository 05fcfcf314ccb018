// DMARC records of strangers: what they ask for stays within what there is, and is never more than they say.
#include "auth/dmarc_record.hpp"

#include "auth/dmarc_evaluation.hpp"
#include "base/ascii.hpp"
#include "expect.hpp"
#include "support/dns_view.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  using namespace postern::auth;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const record = parse_dmarc_record({std::string(text)});
  if (record) {
    POSTERN_EXPECT(record->percent >= 0 && record->percent <= 100);
    POSTERN_EXPECT(record->reports.size() <= 10);
    for (auto const& uri : record->reports)
      POSTERN_EXPECT(is_ascii(uri) && uri.find(':') != std::string::npos);
  }
  POSTERN_EXPECT(!parse_dmarc_record({std::string(text), "v=DMARC1; p=none"}) || !record);
  for (auto const discovery : {DmarcDiscovery::public_suffix_list, DmarcDiscovery::tree_walk}) {
    tests::SmallDns dns;
    dns.txt("_dmarc.our.example", text);
    DmarcQuestion const question{.author_domains = {"mail.our.example"}, .discovery = discovery};
    auto const answer = dns.settle([&](DnsView& view) { return evaluate_dmarc(question, view); });
    POSTERN_EXPECT(answer.result == (record ? DmarcResult::fail : DmarcResult::none));
    for (int const draw : {0, 50, 99}) POSTERN_EXPECT(policy_to_apply(answer, draw) <= answer.policy);
    if (record && !record->subdomain_policy && !record->no_such_name_policy)
      POSTERN_EXPECT(answer.policy == record->policy);
    auto const organization =
        dns.settle([&](DnsView& view) { return find_organization("mail.our.example", discovery, view); });
    POSTERN_EXPECT(std::string_view("mail.our.example").ends_with(organization.domain) &&
                   !organization.domain.empty());
  }
  return 0;
}

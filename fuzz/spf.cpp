// SPF records of strangers, with their macros: whatever they say, an evaluation ends within its limits.
#include "auth/spf_evaluation.hpp"
#include "auth/spf_macro.hpp"
#include "auth/spf_record.hpp"
#include "base/ascii.hpp"
#include "expect.hpp"
#include "support/dns_view.hpp"

namespace {

using namespace postern;

tests::SmallDns zone_with(std::string_view record) {
  tests::SmallDns dns;
  dns.txt("e.example.com", record);
  dns.txt("text.example.com", "%{i} is not one of %{d}: %{p} %{c}");
  dns.txt("pass.example.com", "v=spf1 +all");
  dns.address("h.example.com", "192.0.2.4");
  dns.mx("e.example.com", 10, "h.example.com");
  dns.pointer("192.0.2.4", "h.example.com");
  dns.broken.insert("broken.example.com");
  return dns;
}

void check_names(auth::SpfRecord const& record) {
  auth::SpfMacroValues values{.sender = "strong-bad@email.example.com",
                              .domain = "email.example.com",
                              .helo = "mail.example.com",
                              .validated_name = {},
                              .receiver = {},
                              .client = *IpAddress::parse("2001:db8::1")};
  auto const check = [&](std::string const& spec) {
    if (spec.empty()) return;
    POSTERN_EXPECT(auth::is_domain_spec(spec));
    auto const name = auth::expand_domain_spec(spec, values);
    if (!name) return;
    POSTERN_EXPECT(name->size() <= 253 || name->find('.') == std::string::npos);
    POSTERN_EXPECT(*name == lowered(*name));
  };
  for (auto const& directive : record.directives) check(directive.domain_spec);
  check(record.redirect);
  check(record.explanation);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const record = auth::parse_spf_record(text);
  if (record) check_names(*record);
  for (char const* client : {"192.0.2.4", "2001:db8::1"}) {
    auto dns = zone_with(text);
    auth::SpfQuestion const question{
        .client = *IpAddress::parse(client), .sender = "a.b@e.example.com", .helo = "h.example.com"};
    auto const answer = dns.settle([&](auth::DnsView& view) { return auth::evaluate_spf(question, view); });
    POSTERN_EXPECT((answer.result == auth::SpfResult::none) == !auth::is_spf_record(text));
    if (auth::is_spf_record(text) && !record) POSTERN_EXPECT(answer.result == auth::SpfResult::permerror);
    POSTERN_EXPECT(answer.explanation.size() <= 400);
    POSTERN_EXPECT(answer.explanation.empty() || answer.result == auth::SpfResult::fail);
    POSTERN_EXPECT(answer.explanation == printable(answer.explanation, 400));
    POSTERN_EXPECT(dns.questions <= 1 + 10 * 12 + 12);  // the record, ten terms, the client's names
  }
  return 0;
}

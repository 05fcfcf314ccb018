#include "net/mx_hosts.hpp"

#include <algorithm>

#include "net/current_executor.hpp"

namespace postern::net {
namespace {

using wire::DnsType;

constexpr std::size_t hosts_limit = 20;      // MX records looked at
constexpr std::size_t addresses_limit = 16;  // of a host

std::vector<IpAddress> addresses_in(DnsType type, DnsAnswer const& answer) {
  std::vector<IpAddress> addresses;
  for (auto const& record : answer.records)
    if (auto const address = wire::parse_address(type, record)) addresses.push_back(*address);
  return addresses;
}

bool is_validated(DnsAnswer const& answer) {
  switch (answer.state()) {
    case DnsState::secure:
    case DnsState::absent_secure: return true;
    case DnsState::insecure:
    case DnsState::absent_insecure:
    case DnsState::bogus:
    case DnsState::failed: break;
  }
  return false;
}

}  // namespace

std::vector<MailHost> in_order(std::vector<wire::MxRecord> records, std::string_view own_name,
                               Random& random) {
  for (std::size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[random.next() % i]);
  std::stable_sort(records.begin(), records.end(),
                   [](auto const& a, auto const& b) { return a.preference < b.preference; });
  std::vector<MailHost> hosts;
  auto const own =
      std::find_if(records.begin(), records.end(), [&](auto const& r) { return r.host == own_name; });
  for (auto const& record : records) {
    if (own != records.end() && record.preference >= own->preference) break;
    if (record.host != "." && hosts.size() < hosts_limit) hosts.push_back({record.host, record.preference});
  }
  return hosts;
}

Task<MailHosts> find_mail_hosts(Dns& dns, std::string domain, std::string own_name, Random& random,
                                StopToken stop) {
  auto const answer = co_await ask(dns, domain, DnsType::mx, stop);
  MailHosts found;
  found.secure = answer.secure;
  found.canonical_name = answer.canonical_name.empty() ? domain : answer.canonical_name;
  switch (answer.status) {
    case DnsStatus::failed: found.problem = "MX of " + domain + ": " + answer.problem; co_return found;
    case DnsStatus::no_such_name:
      found.status = MailHostsStatus::no_such_domain;
      found.problem = "there is no domain " + domain;
      co_return found;
    case DnsStatus::no_data:  // RFC 5321 section 5.1: the implicit MX
      found.status = domain == own_name ? MailHostsStatus::loop : MailHostsStatus::found;
      found.problem = domain + " is this very server, which does not take its mail";
      found.hosts.push_back({domain, 0});
      co_return found;
    case DnsStatus::found: break;
  }
  std::vector<wire::MxRecord> records;
  for (auto const& record : answer.records)
    if (auto mx = wire::parse_mx(record)) records.push_back(std::move(*mx));
  if (records.size() == 1 && records.front().host == ".") {
    found.status = MailHostsStatus::null_mx;
    found.problem = domain + " takes no mail (null MX)";
    co_return found;
  }
  found.hosts = in_order(std::move(records), own_name, random);
  found.status = found.hosts.empty() ? MailHostsStatus::loop : MailHostsStatus::found;
  if (found.hosts.empty())
    found.problem = "the best mail host of " + domain + " is this very server, which does not take its mail";
  co_return found;
}

Task<HostAddresses> find_addresses(Dns& dns, std::string host, StopToken stop) {
  auto const loop = co_await current_executor();
  auto const v4_question = begin_question(loop, dns, host, DnsType::a);
  auto const v6 = co_await ask(dns, host, DnsType::aaaa, stop);
  auto const v4 = co_await answer_to(v4_question, stop);
  HostAddresses found;
  found.secure = is_validated(v4) || is_validated(v6);
  auto const& leading = v4.status == DnsStatus::failed ? v6 : v4;
  bool const named = leading.status != DnsStatus::failed && !leading.canonical_name.empty();
  found.canonical_name = named ? leading.canonical_name : host;
  auto const fours = addresses_in(DnsType::a, v4);
  auto const sixes = addresses_in(DnsType::aaaa, v6);
  for (std::size_t i = 0; i < std::max(fours.size(), sixes.size()); ++i) {
    if (i < sixes.size() && found.addresses.size() < addresses_limit) found.addresses.push_back(sixes[i]);
    if (i < fours.size() && found.addresses.size() < addresses_limit) found.addresses.push_back(fours[i]);
  }
  bool const failed = v4.status == DnsStatus::failed || v6.status == DnsStatus::failed;
  found.status = !found.addresses.empty()               ? DnsStatus::found
                 : failed                               ? DnsStatus::failed
                 : v4.status == DnsStatus::no_such_name ? DnsStatus::no_such_name
                                                        : DnsStatus::no_data;
  if (found.addresses.empty()) {
    found.problem = host + " has no address";
    if (failed) found.problem = host + ": " + (v4.problem.empty() ? v6.problem : v4.problem);
  }
  co_return found;
}

}  // namespace postern::net

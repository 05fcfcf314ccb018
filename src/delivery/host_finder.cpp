#include "delivery/host_finder.hpp"

#include <algorithm>

namespace postern::delivery {
namespace {

using wire::Reply;

std::optional<Reply> refusal_of(net::MailHosts const& found) {
  switch (found.status) {
    case net::MailHostsStatus::found: return std::nullopt;
    case net::MailHostsStatus::null_mx: return Reply{556, {5, 1, 10}, found.problem};  // RFC 7505 section 4.1
    case net::MailHostsStatus::no_such_domain: return Reply{550, {5, 1, 2}, found.problem};
    case net::MailHostsStatus::loop: return Reply{554, {5, 4, 6}, found.problem};
    case net::MailHostsStatus::failed: return Reply{451, {4, 4, 3}, found.problem};
  }
  return std::nullopt;
}

void add_name(std::vector<std::string>& names, std::string const& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

net::Task<std::shared_ptr<Candidates const>> HostFinder::candidates(MxRoute route, std::uint16_t port,
                                                                    std::string own_name,
                                                                    net::StopToken stop) {
  auto made = std::make_shared<Candidates>();
  made->domain = route.domain;
  made->port = port;
  made->tls = route.tls;
  made->wish = route.wish;
  auto const found = co_await net::find_mail_hosts(dns_, route.domain, own_name, random_, stop);
  made->hosts = found.hosts;
  made->secure = found.secure;
  made->canonical_domain = found.canonical_name;
  made->refusal = refusal_of(found);
  if (!made->refusal && route.tls.looks_at_mta_sts()) made->sts = co_await sts_.find(route.domain, stop);
  co_return made;
}

std::shared_ptr<Candidates const> HostFinder::candidates(SmtpRoute const& route) {
  auto made = std::make_shared<Candidates>();
  made->hosts.push_back({route.host, 0});
  made->domain = route.host;
  made->port = route.port;
  made->implicit_tls = route.implicit_tls;
  made->secure = true;  // the owner has named it
  made->tls = route.tls;
  made->wish = route.wish;
  return made;
}

net::Task<FoundHost> HostFinder::resolve_host(std::shared_ptr<Candidates const> candidates, std::size_t index,
                                              net::StopToken stop) {
  FoundHost host{candidates->hosts[index].name, {}, {}, policy::HostPlan{}, {}, false};
  auto& inputs = host.inputs;
  inputs.host = host.name;
  inputs.tlsa_names = {host.name};
  inputs.host_secure = candidates->secure;
  inputs.requiretls = candidates->wish.requiretls;
  inputs.tls_optional = candidates->wish.tls_optional;
  if (candidates->sts.policy) {
    inputs.sts = candidates->sts.policy->mode;
    inputs.sts_match = candidates->sts.policy->lists(host.name);
  }
  if (auto const address = IpAddress::parse(host.name)) {
    host.endpoints.push_back({*address, candidates->port});
  } else {
    auto const addresses = co_await net::find_addresses(dns_, host.name, stop);
    for (auto const& each : addresses.addresses) host.endpoints.push_back({each, candidates->port});
    host.problem = addresses.problem;
    host.no_such_host =
        addresses.status == net::DnsStatus::no_such_name || addresses.status == net::DnsStatus::no_data;
    bool const asks = candidates->tls.looks_at_dane() || candidates->wish.requiretls;
    if (asks && !host.endpoints.empty()) co_await look_for_tlsa(candidates.get(), &addresses, &inputs, stop);
  }
  host.plan = policy::plan_for(candidates->tls, inputs);
  if (host.plan && host.plan->applied == policy::AppliedPolicy::fingerprint &&
      candidates->tls.fingerprints.empty())
    host.plan = fail(policy::HostRefusal{false, 5, "no fingerprints are configured"});
  co_return host;
}

// RFC 7672 section 2.2: only a secure MX answer and secure addresses lead to TLSA records; those of the name
// behind CNAMEs go before those of the name itself (section 2.2.2).
net::Task<void> HostFinder::look_for_tlsa(Candidates const* candidates, net::HostAddresses const* addresses,
                                          policy::HostInputs* inputs, net::StopToken stop) {
  inputs->tlsa_state = policy::TlsaState::insecure;
  if (!candidates->secure || !addresses->secure) co_return;
  std::vector<std::string> bases;
  add_name(bases, addresses->canonical_name);
  add_name(bases, inputs->host);
  for (auto const& base : bases) {
    std::string const name = "_" + std::to_string(candidates->port) + "._tcp." + base;
    auto const answer = co_await net::ask(dns_, name, wire::DnsType::tlsa, stop);
    if (answer.status == net::DnsStatus::failed) {
      inputs->tlsa_state = policy::TlsaState::failed;
      inputs->tlsa_problem =
          "the TLSA records " + name + (answer.bogus ? " are bogus: " : ": ") + answer.problem;
      co_return;
    }
    if (answer.status != net::DnsStatus::found) {
      inputs->tlsa_state = policy::TlsaState::absent;
      continue;
    }
    if (!answer.secure) co_return;
    inputs->tlsa_state = policy::TlsaState::unusable;
    for (auto const& record : answer.records)
      if (auto const tlsa = wire::parse_tlsa(record); tlsa && tlsa->usable()) inputs->tlsa.push_back(*tlsa);
    if (!inputs->tlsa.empty()) inputs->tlsa_state = policy::TlsaState::usable;
    inputs->tlsa_names = {base};
    add_name(inputs->tlsa_names, inputs->host);
    add_name(inputs->tlsa_names, candidates->domain);  // RFC 7672 section 3.2.2
    add_name(inputs->tlsa_names, candidates->canonical_domain);
    co_return;
  }
}

}  // namespace postern::delivery

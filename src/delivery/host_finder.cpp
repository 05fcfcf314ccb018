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

// The addresses of a host that mail may be sent to. Those that a stranger cannot mean are left out.
void take_addresses(FoundHost& host, std::vector<IpAddress> const& addresses, Candidates const& candidates) {
  bool own = false;
  for (auto const& address : addresses) {
    net::Endpoint const at{address, candidates.port};
    auto const owner =
        candidates.ourselves ? net::whose(at, *candidates.ourselves) : net::HostAddress::elsewhere;
    own = own || owner == net::HostAddress::ourselves;
    if (owner == net::HostAddress::elsewhere) host.endpoints.push_back(at);
  }
  if (!host.endpoints.empty() || addresses.empty()) return;
  host.ourselves = own;
  host.no_such_host = true;
  host.problem = host.name + (own ? " is this very server, which does not take its mail"
                                  : " has no address that a mail host can have");
}

void take_records(policy::HostInputs& inputs, net::DnsAnswer const& answer) {
  inputs.tlsa_state = policy::TlsaState::unusable;
  for (auto const& record : answer.records)
    if (auto const tlsa = wire::parse_tlsa(record); tlsa && tlsa->usable()) inputs.tlsa.push_back(*tlsa);
  if (!inputs.tlsa.empty()) inputs.tlsa_state = policy::TlsaState::usable;
}

}  // namespace

net::Task<std::shared_ptr<Candidates const>> HostFinder::candidates(MxRoute route, std::uint16_t port,
                                                                    std::optional<net::Ourselves> ourselves,
                                                                    net::StopToken stop) {
  auto made = std::make_shared<Candidates>();
  made->domain = route.domain;
  made->port = port;
  made->tls = route.tls;
  made->wish = route.wish;
  std::string const own_name = ourselves ? ourselves->name : std::string();
  made->ourselves = std::move(ourselves);
  auto const found = co_await net::find_mail_hosts(dns_, route.domain, own_name, random_, stop);
  made->hosts = found.hosts;
  made->secure = found.secure;
  made->canonical_domain = found.canonical_name;
  made->refusal = refusal_of(found);
  if (!made->refusal && route.tls.looks_at_mta_sts()) made->sts = co_await sts_.find(route.domain, stop);
  co_return made;
}

net::Task<std::shared_ptr<Candidates const>> HostFinder::candidates(SmtpRoute route,
                                                                    std::optional<net::Ourselves> ourselves,
                                                                    net::StopToken stop) {
  auto made = std::make_shared<Candidates>();
  if (route.named_by == NamedBy::recipient) made->ourselves = std::move(ourselves);
  made->hosts.push_back({route.host, 0});
  made->domain = route.host;
  made->port = route.port;
  made->implicit_tls = route.implicit_tls;
  made->secure = true;  // no answer of the DNS has named it
  made->tls = route.tls;
  made->wish = route.wish;
  // RFC 8461 section 3.4: the policy domain is the smarthost's. An address has none, and neither has a name
  // of one label, which only the local network knows.
  bool const has_policy = route.tls.looks_at_mta_sts() && !IpAddress::parse(route.host) &&
                          route.host.find('.') != std::string::npos;
  if (has_policy) made->sts = co_await sts_.find(route.host, stop);
  co_return made;
}

net::Task<FoundHost> HostFinder::resolve_host(std::shared_ptr<Candidates const> candidates, std::size_t index,
                                              net::StopToken stop) {
  FoundHost host;
  host.name = candidates->hosts[index].name;
  auto& inputs = host.inputs;
  inputs.host = host.name;
  inputs.tlsa_names = {host.name};
  inputs.host_secure = candidates->secure;
  inputs.requiretls = candidates->wish.requiretls;
  inputs.tls_optional = candidates->wish.tls_optional;
  inputs.sts_look_up = candidates->sts.look_up;
  inputs.sts_problem = candidates->sts.look_up_problem;
  if (candidates->sts.policy) {
    inputs.sts = candidates->sts.policy->mode;
    inputs.sts_match = candidates->sts.policy->lists(host.name);
  }
  if (auto const address = IpAddress::parse(host.name)) {
    take_addresses(host, {*address}, *candidates);
  } else {
    auto const addresses = co_await net::find_addresses(dns_, host.name, stop);
    host.problem = addresses.problem;
    host.no_such_host =
        addresses.status == net::DnsStatus::no_such_name || addresses.status == net::DnsStatus::no_data;
    take_addresses(host, addresses.addresses, *candidates);
    bool const asks = candidates->tls.looks_at_dane() || candidates->wish.requiretls;
    if (asks && !host.endpoints.empty()) co_await look_for_tlsa(candidates.get(), &addresses, &inputs, stop);
  }
  host.plan = policy::plan_for(candidates->tls, inputs);
  if (host.plan && host.plan->proof == policy::HostProof::fingerprint && candidates->tls.fingerprints.empty())
    host.plan = fail(policy::HostRefusal{.detail = 5, .why = "no fingerprints are configured"});
  co_return host;
}

// RFC 7672 section 2.2.3: the name behind CNAMEs goes before the name itself, when all on the way to the
// addresses is signed. Where the way leads out of what is signed, the name itself still counts when the
// alias is signed. In a zone that is not signed there is nothing to be asked for.
net::Task<HostFinder::TlsaBases> HostFinder::tlsa_bases(std::string host, net::HostAddresses const* addresses,
                                                        net::StopToken stop) {
  std::vector<std::string> bases;
  if (addresses->secure) {
    add_name(bases, addresses->canonical_name);
    add_name(bases, host);
    co_return bases;
  }
  if (addresses->canonical_name == host) co_return bases;
  auto const alias = co_await net::ask(dns_, host, wire::DnsType::cname, stop);
  switch (alias.state()) {
    case net::DnsState::secure:
    case net::DnsState::absent_secure: bases.push_back(host); break;
    case net::DnsState::insecure:
    case net::DnsState::absent_insecure: break;
    case net::DnsState::bogus: co_return fail("the alias " + host + " is bogus: " + alias.problem);
    case net::DnsState::failed: co_return fail("the alias " + host + ": " + alias.problem);
  }
  co_return bases;
}

// RFC 7672 section 2.2: only hosts that nobody can have put in the way lead to TLSA records. A look-up that
// has failed leaves open whether there are some, and the host is not used (section 2.1.2).
net::Task<void> HostFinder::look_for_tlsa(Candidates const* candidates, net::HostAddresses const* addresses,
                                          policy::HostInputs* inputs, net::StopToken stop) {
  inputs->tlsa_state = policy::TlsaState::insecure;
  if (!candidates->secure) co_return;
  auto const bases = co_await tlsa_bases(inputs->host, addresses, stop);
  if (!bases) {
    inputs->tlsa_state = policy::TlsaState::failed;
    inputs->tlsa_problem = bases.error();
    co_return;
  }
  for (auto const& base : *bases) {
    std::string const name = "_" + std::to_string(candidates->port) + "._tcp." + base;
    auto const answer = co_await net::ask(dns_, name, wire::DnsType::tlsa, stop);
    switch (answer.state()) {
      case net::DnsState::bogus:
      case net::DnsState::failed:
        inputs->tlsa_state = policy::TlsaState::failed;
        inputs->tlsa_problem =
            "the TLSA records " + name + (answer.bogus ? " are bogus: " : ": ") + answer.problem;
        co_return;
      case net::DnsState::absent_secure:
      case net::DnsState::absent_insecure: inputs->tlsa_state = policy::TlsaState::absent; break;
      case net::DnsState::insecure: inputs->tlsa_state = policy::TlsaState::insecure; break;
      case net::DnsState::secure:
        take_records(*inputs, answer);
        inputs->tlsa_names = {base};
        add_name(inputs->tlsa_names, inputs->host);
        add_name(inputs->tlsa_names, candidates->domain);  // RFC 7672 section 3.2.2
        add_name(inputs->tlsa_names, candidates->canonical_domain);
        co_return;
    }
  }
}

}  // namespace postern::delivery

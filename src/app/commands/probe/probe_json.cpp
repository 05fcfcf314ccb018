// What a probe has found, as JSON.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "app/commands/probe/probe.hpp"

namespace postern::app {
namespace {

namespace json = boost::json;

json::object to_json(ProbedAddress const& a) {
  json::array offered;
  for (auto const& version : a.versions) offered.emplace_back(version);
  json::object out{{"address", a.endpoint.address.print()},
                   {"port", a.endpoint.port},
                   {"reached", a.problem.empty()},
                   {"starttls", a.offers_starttls},
                   {"tls_versions", std::move(offered)}};
  if (!a.problem.empty()) out["problem"] = a.problem;
  if (!a.greeting_problem.empty()) out["refusal"] = a.greeting_problem;
  if (!a.tls_problem.empty()) out["tls_problem"] = a.tls_problem;
  if (a.tls) {
    out["version"] = a.tls->version;
    out["cipher"] = a.tls->cipher;
    out["group"] = a.tls->group;
    out["certificate"] = net::print(a.proof.certificate);
    out["spki_sha256"] = a.tls->spki_sha256;
    out["proved"] = a.proof.as_asked();
    out["requiretls"] = a.extensions.requiretls;
  }
  return out;
}

json::object to_json(ProbedKey const& key) {
  return json::object{
      {"record", key.name.record_name()}, {"state", print(key.name.state)}, {"in_dns", print(key.outcome)}};
}

}  // namespace

std::string print_json(Probe const& probe) {
  json::array hosts;
  for (auto const& host : probe.hosts) {
    json::array addresses;
    for (auto const& address : host.addresses) addresses.push_back(to_json(address));
    json::array tlsa;
    for (auto const& record : host.inputs.tlsa) tlsa.emplace_back(record.print());
    hosts.push_back(json::object{{"name", host.mail_host.name},
                                 {"preference", host.mail_host.preference},
                                 {"tlsa", print(host.inputs.tlsa_state)},
                                 {"tlsa_records", std::move(tlsa)},
                                 {"policy", host.plan},
                                 {"usable", host.usable},
                                 {"sts_listed", host.sts_listed},
                                 {"addresses", std::move(addresses)}});
  }
  json::object out{{"domain", probe.domain},
                   {"known", is_known(probe)},
                   {"null_mx", probe.null_mx},
                   {"mx_secure", probe.secure},
                   {"hosts", std::move(hosts)}};
  if (probe.refusal) out["refusal"] = probe.refusal->one_line();
  json::object sts{{"mode", probe.sts.policy ? print(probe.sts.policy->mode) : "none"}};
  if (probe.sts.failure != delivery::StsFailure::none) {
    sts["failure"] = print(probe.sts.failure);
    sts["problem"] = probe.sts.problem;
  }
  out["mta_sts"] = std::move(sts);
  json::array tlsrpt;
  for (auto const& uri : probe.tlsrpt) tlsrpt.emplace_back(uri);
  out["tlsrpt"] = std::move(tlsrpt);
  json::array keys;
  for (auto const& key : probe.keys) keys.push_back(to_json(key));
  out["dkim_keys"] = std::move(keys);
  json::array found;
  for (auto const& finding : findings(probe))
    found.push_back(
        json::object{{"severity", finding.wrong ? "wrong" : "could be better"}, {"what", finding.what}});
  out["findings"] = std::move(found);
  return json::serialize(out) + "\n";
}

}  // namespace postern::app

#include "dialogue/authentication.hpp"

#include <algorithm>
#include <utility>

#include "auth/authentication_results.hpp"
#include "base/ascii.hpp"

namespace postern::dialogue {
namespace {

constexpr std::size_t longest_value = 255;

policy::Dkim fact_of(auth::DkimResult result) {
  switch (result) {
    case auth::DkimResult::none: return policy::Dkim::none;
    case auth::DkimResult::pass: return policy::Dkim::pass;
    case auth::DkimResult::fail: return policy::Dkim::fail;
    case auth::DkimResult::policy: return policy::Dkim::policy;
    case auth::DkimResult::neutral: return policy::Dkim::neutral;
    case auth::DkimResult::temperror: return policy::Dkim::temperror;
    case auth::DkimResult::permerror: break;
  }
  return policy::Dkim::permerror;
}

policy::Dmarc fact_of(auth::DmarcResult result) {
  switch (result) {
    case auth::DmarcResult::none: return policy::Dmarc::none;
    case auth::DmarcResult::pass: return policy::Dmarc::pass;
    case auth::DmarcResult::fail: return policy::Dmarc::fail;
    case auth::DmarcResult::temperror: return policy::Dmarc::temperror;
    case auth::DmarcResult::permerror: break;
  }
  return policy::Dmarc::permerror;
}

policy::Arc fact_of(auth::ArcResult result) {
  switch (result) {
    case auth::ArcResult::none: return policy::Arc::none;
    case auth::ArcResult::pass: return policy::Arc::pass;
    case auth::ArcResult::temperror: return policy::Arc::temperror;
    case auth::ArcResult::fail: break;
  }
  return policy::Arc::fail;
}

// One that holds; else one that may still turn out to hold; else the first.
policy::Dkim best_of(std::vector<auth::DkimAnswer> const& signatures) {
  for (auto const wanted : {auth::DkimResult::pass, auth::DkimResult::temperror})
    for (auto const& signature : signatures)
      if (signature.result == wanted) return fact_of(wanted);
  return signatures.empty() ? policy::Dkim::none : fact_of(signatures.front().result);
}

std::vector<std::string> domains_of(std::vector<auth::DkimAnswer> const& signatures) {
  std::vector<std::string> out;
  for (auto const& signature : signatures)
    if (signature.result == auth::DkimResult::pass &&
        std::find(out.begin(), out.end(), signature.domain) == out.end())
      out.push_back(signature.domain);
  return out;
}

// Where SPF is not looked up, nobody knows whether it would have passed: then nothing has failed.
policy::Dmarc dmarc_of(auth::DmarcAnswer const& dmarc, policy::Facts const& facts) {
  bool const half_known = facts.transaction.spf == policy::Spf::not_asked;
  return half_known && dmarc.result == auth::DmarcResult::fail ? policy::Dmarc::not_asked
                                                               : fact_of(dmarc.result);
}

policy::DmarcOverride override_of(auth::MessageFindings const& findings, policy::Facts const& facts,
                                  policy::DmarcSettings const& settings) {
  auto const& forwarders = settings.trusted_forwarders;
  if (std::any_of(forwarders.begin(), forwarders.end(),
                  [&](Network const& network) { return network.contains(facts.connection.client); }))
    return policy::DmarcOverride::trusted_forwarder;
  return auth::is_vouched_for(findings.arc, findings.dmarc.author_domain, settings.trusted_sealers)
             ? policy::DmarcOverride::trusted_sealer
             : policy::DmarcOverride::none;
}

std::string value_of(std::string_view text) { return printable(text, longest_value); }

// Addresses of the envelope as far as they are ASCII; else their domain, which always is.
std::string mailbox_text(Address const& address) {
  return is_ascii(address.local_part()) ? address.local_part() + "@" + address.host() : address.host();
}

auth::AuthResult iprev_result(policy::ConnectionFacts const& connection) {
  return {.method = "iprev",
          .result = std::string(print(connection.iprev)),
          .properties = {{"policy", "iprev", connection.client.print()}}};
}

auth::AuthResult spf_result(policy::Facts const& facts, auth::SpfAnswer const& spf) {
  auto const& sender = facts.transaction.mail.reverse_path;
  auth::AuthResult out{
      .method = "spf", .result = std::string(print(facts.transaction.spf)), .reason = spf.problem};
  if (sender && sender->domain() != nullptr)
    out.properties.push_back({"smtp", "mailfrom", value_of(mailbox_text(*sender))});
  else
    out.properties.push_back({"smtp", "helo", value_of(facts.connection.helo)});
  return out;
}

auth::AuthResult dkim_result(auth::DkimAnswer const& signature) {
  auth::AuthResult out{
      .method = "dkim", .result = std::string(print(fact_of(signature.result))), .reason = signature.problem};
  if (signature.domain.empty()) return out;
  bool const is_rsa = signature.key_type == auth::KeyType::rsa;
  out.properties = {{"header", "d", value_of(signature.domain)},
                    {"header", "s", value_of(signature.selector)},
                    {"header", "a", is_rsa ? "rsa-sha256" : "ed25519-sha256"},
                    {"header", "b", value_of(signature.signature)}};
  return out;
}

auth::AuthResult dmarc_result(auth::DmarcAnswer const& dmarc, policy::AuthenticationFacts const& found) {
  auth::AuthResult out{.method = "dmarc", .result = std::string(print(found.dmarc)), .reason = dmarc.problem};
  if (found.dmarc_override != policy::DmarcOverride::none) out.reason = print(found.dmarc_override);
  if (!dmarc.author_domain.empty())
    out.properties.push_back({"header", "from", value_of(dmarc.author_domain)});
  if (found.dmarc_policy)
    out.properties.push_back({"policy", "dmarc", std::string(print(found.disposition))});
  return out;
}

auth::AuthResult arc_result(auth::ArcAnswer const& arc, policy::ConnectionFacts const& connection) {
  return {.method = "arc",
          .result = std::string(print(fact_of(arc.result))),
          .reason = arc.problem,
          .properties = {{"smtp", "remote-ip", connection.client.print()}}};
}

}  // namespace

policy::AuthenticationFacts authentication_facts(auth::MessageFindings const& findings,
                                                 policy::Facts const& facts,
                                                 policy::DmarcSettings const& settings, int draw) {
  policy::AuthenticationFacts out;
  out.dkim = best_of(findings.dkim);
  out.dkim_domains = domains_of(findings.dkim);
  out.arc = fact_of(findings.arc.result);
  if (!findings.arc.sealers.empty()) out.arc_sealer = value_of(findings.arc.sealers.back());
  auto const& dmarc = findings.dmarc;
  out.dmarc = dmarc_of(dmarc, facts);
  out.dmarc_domain = value_of(dmarc.author_domain);
  if (!dmarc.record_domain.empty()) out.dmarc_policy = dmarc.policy;
  if (out.dmarc == policy::Dmarc::fail) out.disposition = auth::policy_to_apply(dmarc, draw);
  // Whose message it is cannot be told, and so nobody can be asked what is to be done (RFC 7489
  // section 6.6.1).
  if (out.dmarc == policy::Dmarc::permerror) out.disposition = auth::DmarcPolicy::quarantine;
  if (out.disposition == auth::DmarcPolicy::none) return out;
  out.dmarc_override = override_of(findings, facts, settings);
  if (out.dmarc_override != policy::DmarcOverride::none) out.disposition = auth::DmarcPolicy::none;
  return out;
}

std::string authentication_field(auth::MessageFindings const& findings, policy::Facts const& facts,
                                 std::optional<auth::SpfAnswer> const& spf, std::string_view server) {
  auto const& found = facts.transaction.authentication;
  auth::AuthenticationResults results{.server = std::string(server), .results = {}};
  if (facts.connection.iprev != policy::Iprev::not_asked)
    results.results.push_back(iprev_result(facts.connection));
  if (spf) results.results.push_back(spf_result(facts, *spf));
  for (auto const& signature : findings.dkim) results.results.push_back(dkim_result(signature));
  if (findings.dkim.empty()) results.results.push_back({.method = "dkim", .result = "none"});
  if (found.dmarc != policy::Dmarc::not_asked) results.results.push_back(dmarc_result(findings.dmarc, found));
  if (findings.arc.result != auth::ArcResult::none)
    results.results.push_back(arc_result(findings.arc, facts.connection));
  std::string out = "Authentication-Results: " + print(results) + "\n";
  std::erase(out, '\r');
  return out;
}

}  // namespace postern::dialogue

#include "whatif/replay/rule.hpp"

#include <array>

#include "base/ascii.hpp"
#include "policy/rules.hpp"

namespace postern::whatif {
namespace {

using policy::TlsRequirement;

struct Known {
  std::string_view name;
  TlsRequirement requirement;
  std::string_view meaning;
};

constexpr std::array<Known, 6> known{{
    {"require-tls", TlsRequirement::always, "mail must come over TLS"},
    {"require-tls>=1.2", TlsRequirement::at_least_1_2, "mail must come over TLS 1.2 or newer"},
    {"require-tls>=1.3", TlsRequirement::at_least_1_3, "mail must come over TLS 1.3"},
    {"require-client-certificate", TlsRequirement::client_certificate,
     "mail must come over TLS with a client certificate, of whatever kind"},
    {"require-trusted-client-certificate", TlsRequirement::trusted_client_certificate,
     "mail must come over TLS with a client certificate of a known authority"},
    {"remembered", TlsRequirement::remembered, "mail must come over TLS from hosts that have used it before"},
}};

std::string choices() {
  std::string out;
  for (auto const& one : known) out += (out.empty() ? "" : ", ") + std::string(one.name);
  return out;
}

}  // namespace

Result<Rule, std::string> parse_rule(std::string_view text) {
  text = trimmed(text);
  auto const name = text.substr(0, text.find(' '));
  Known const* found = nullptr;
  for (auto const& one : known)
    if (one.name == name) found = &one;
  if (found == nullptr) return fail(printable(text, 80) + ": no such rule; there are " + choices());
  auto scope = trimmed(text.substr(name.size()));
  bool const to = scope.starts_with("for "), from = scope.starts_with("from ");
  if (!scope.empty() && !to && !from)
    return fail(printable(text, 80) + ": after the rule only \"for DOMAIN\" or \"from DOMAIN\" can follow");
  Rule rule;
  rule.name = text;
  rule.meaning = found->meaning;
  rule.asks_recipients = to;
  rule.asks_sender = from;
  rule.asks_certificate = found->requirement == TlsRequirement::client_certificate ||
                          found->requirement == TlsRequirement::trusted_client_certificate;
  rule.defers = found->requirement == TlsRequirement::remembered;
  rule.breaks_rfc3207 = !rule.defers && !from;
  if (scope.empty()) {
    rule.policy.tls = found->requirement;
    rule.asks_tls_alone = !rule.defers;
    return rule;
  }
  auto const written = trimmed(scope.substr(to ? 4 : 5));
  auto domain = Domain::parse(written);
  if (!domain) return fail(printable(text, 80) + ": \"" + printable(written, 80) + "\" is no domain name");
  rule.meaning += (to ? ", for recipients at " : ", from senders at ") + domain->text();
  rule.scope.side = to ? Scope::Side::recipients : Scope::Side::senders;
  rule.scope.domain = domain->a_label();
  if (to)
    rule.policy.directory = policy::Directory("", {{*domain, true, {}, {}, {}, found->requirement}});
  else
    rule.policy.sender_tls.emplace(domain->a_label(), found->requirement);
  return rule;
}

Rule whole_policy(std::string name, policy::Policy policy) {
  Rule rule;
  rule.meaning = "the rules of " + name;
  rule.name = std::move(name);
  rule.policy = std::move(policy);
  rule.asks_recipients = rule.asks_sender = true;
  return rule;
}

Rule owner_rule(policy::Policy const& policy, std::size_t index) {
  auto const& rules = policy.rules->rules();
  auto const& wanted = rules[index];
  std::vector<policy::Rule> tried;
  for (std::size_t i = 0; i < index; ++i)
    if (rules[i].then <= policy::Effect::flag) tried.push_back(rules[i]);
  tried.push_back(wanted);
  tried.back().rollout = policy::Rule::everybody;
  Rule rule = whole_policy(wanted.name, policy);
  rule.meaning = std::string(policy::print(wanted.then)) + " when " + printable(wanted.when, 200);
  rule.policy.tls = TlsRequirement::never;
  rule.policy.sender_tls.clear();
  rule.policy.pins.clear();
  rule.policy.rules = *policy::RuleSet::compile(std::move(tried), policy.rules->lists());
  rule.defers = wanted.then == policy::Effect::defer;
  rule.of_owner = true;
  rule.breaks_rfc3207 = wanted.then >= policy::Effect::defer && wanted.when.find("tls") != std::string::npos;
  return rule;
}

std::vector<std::string_view> const& usual_rules() {
  static std::vector<std::string_view> const usual{"require-tls", "require-tls>=1.2", "require-tls>=1.3",
                                                   "remembered"};
  return usual;
}

}  // namespace postern::whatif

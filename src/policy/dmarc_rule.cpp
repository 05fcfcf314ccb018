#include "policy/dmarc_rule.hpp"

#include <algorithm>
#include <string>

namespace postern::policy {
namespace {

// Why a message is flagged, as it stands behind the rule's name.
std::string reason_to_flag(AuthenticationFacts const& found) {
  if (found.dmarc == Dmarc::permerror) return "nobody can tell whose message it is (DMARC)";
  return found.dmarc_domain + " says that mail like this is not from there (DMARC)";
}

}  // namespace

bool fails_dmarc(Facts const& facts) {
  return facts.transaction.authentication.disposition != auth::DmarcPolicy::none;
}

bool asks_for_dmarc(Policy const& policy, Facts const& facts) {
  return policy.dmarc.enforce == Enforce::on && fails_dmarc(facts);
}

void enforce_dmarc(Facts const& facts, Verdict& verdict) {
  auto const& found = facts.transaction.authentication;
  if (verdict.refuses()) return;
  if (found.disposition == auth::DmarcPolicy::reject) {
    verdict.effect = Effect::reject;
    verdict.decided_by = {.builtin = Builtin::dmarc_enforce};
    verdict.reply = {550,
                     {5, 7, 26},
                     "Neither SPF nor DKIM shows that this message is from " + found.dmarc_domain +
                         ", whose DMARC policy is to refuse it then"};
    verdict.marks.clear();
    return;
  }
  auto const& recipients = facts.transaction.recipients;
  auto const flag = std::string(print(Builtin::dmarc_enforce)) + "; " + reason_to_flag(found);
  auto const by_rules = verdict.marks;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    bool const is_flagged =
        !recipients[i].flag.empty() ||
        std::any_of(by_rules.begin(), by_rules.end(), [&](Mark const& mark) { return mark.recipient == i; });
    if (recipients[i].accepted && !is_flagged) verdict.marks.push_back({.recipient = i, .flag = flag});
  }
  if (verdict.decided_by.anything()) return;
  verdict.effect = Effect::flag;
  verdict.decided_by = {.builtin = Builtin::dmarc_enforce};
}

}  // namespace postern::policy

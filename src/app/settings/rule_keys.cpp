#include "app/settings/key_makers.hpp"
#include "app/settings/parsed_values.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::span<Key<RuleSettings> const> rule_keys() {
  using R = RuleSettings;
  static std::vector<Key<R>> const keys{
      text<R>(
          "name", [](R & r) -> auto& { return r.name; },
          "The name of the rule, in facts, headers and `postern rules`."),
      text<R>(
          "when", [](R & r) -> auto& { return r.when; },
          "A Lua 5.4 expression over the facts (docs/rules.md): 'not tls and sender.domain in partners'."),
      choice<R, policy::Effect>(
          "then", [](R & r) -> auto& { return r.then; },
          {{"accept", policy::Effect::accept},
           {"flag", policy::Effect::flag},
           {"defer", policy::Effect::defer},
           {"reject", policy::Effect::reject}},
          "What happens to the mail when the expression is true. \"flag\" accepts it with the header field "
          "X-Postern-Flag."),
      text<R>(
          "reply", [](R & r) -> auto& { return r.reply; },
          "The reply, such as \"4.7.10 Please use STARTTLS\". With \"flag\" it is the reason in the header "
          "field."),
      parsed<R>(
          "mode", [](R & r) -> auto& { return r.rollout; }, &parse_rollout, &print_rollout,
          "\"observe\" only records what would have happened; \"enforce\" does it; \"10%\" does it to that "
          "share "
          "of the sending hosts, always the same ones."),
      parsed<R>(
          "deliver_to", [](R & r) -> auto& { return r.deliver_to; }, &parse_deliver_to, &print_deliver_to,
          "With \"flag\": the mailbox that gets the mail instead, such as \"quarantine@example.org\"."),
  };
  return keys;
}

}  // namespace postern::app

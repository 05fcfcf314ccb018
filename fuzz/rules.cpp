// Rules as somebody writes them: lists, and expressions that are compiled and asked.
#include "policy/rules.hpp"

#include "expect.hpp"
#include "policy/decide.hpp"
#include "wire/path.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto list = std::make_shared<policy::List>();
  static_cast<void>(list->add(text.substr(0, 300)));
  static_cast<void>(list->contains(text));
  policy::Rule rule;
  rule.name = "fuzzed";
  rule.when = text;
  rule.then = policy::Effect::reject;
  rule.rollout = policy::Rule::everybody;
  auto const compiled = policy::RuleSet::compile({rule}, {{"partners", list}});
  if (!compiled) {
    POSTERN_EXPECT(!compiled.error().empty() && !compiled.error().front().what.empty());
    return 0;
  }
  policy::Policy policy{policy::Directory("mx.example.org", {})};
  policy.rules = *compiled;
  policy::Facts facts;
  facts.connection.role = policy::ListenerRole::beside;
  facts.transaction.mail.reverse_path = *wire::parse_mailbox("a@b.example");
  facts.transaction.recipients.push_back(
      {.address = *wire::parse_mailbox("c@d.example"), .accepted = true, .code = 250});
  for (auto const stage : {policy::Stage::connect, policy::Stage::helo, policy::Stage::mail,
                           policy::Stage::rcpt, policy::Stage::content}) {
    facts.stage = stage;
    auto const first = policy::decide(policy, facts);
    auto const second = policy::decide(policy, facts);
    POSTERN_EXPECT(first.effect == second.effect);  // an evaluation leaves nothing behind
  }
  return 0;
}

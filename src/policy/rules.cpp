#include "policy/rules.hpp"

#include <xxhash.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "base/similar.hpp"
#include "policy/expression_source.hpp"
#include "policy/fact_names.hpp"
#include "policy/host_identity.hpp"

namespace postern::policy {
namespace {

std::string did_you_mean_fact(std::string const& written) {
  std::vector<std::string> names;
  for (auto const& fact : fact_names()) names.emplace_back(fact.name);
  return did_you_mean(written, names);
}

std::string did_you_mean_root(std::string const& written, Lists const& lists) {
  std::vector<std::string> names;
  for (auto const& fact : fact_names()) names.emplace_back(fact.name.substr(0, fact.name.find('.')));
  for (auto const& [name, list] : lists) names.push_back(name);
  std::sort(names.begin(), names.end());  // the same advice each time
  return did_you_mean(written, names);
}

// What is wrong with a name that is no fact, no group of facts and no list.
std::optional<std::string> problem_of(std::string const& name, Lists const& lists) {
  auto const root = name.substr(0, name.find('.'));
  if (lists.contains(root) || find_fact(name) != nullptr) return std::nullopt;
  if (name == root && is_fact_group(root)) return root + ": which of its facts?";
  if (is_fact_group(root) || find_fact(root) != nullptr) {
    auto const field = name.substr(root.size() + 1);
    auto const& methods = Sandbox::methods;
    if (find_fact(root) != nullptr && std::find(methods.begin(), methods.end(), field) != methods.end())
      return std::nullopt;
    return name + ": there is no such fact" + did_you_mean_fact(name);
  }
  return root + ": neither a fact nor one of [lists]" + did_you_mean_root(root, lists);
}

// Before MAIL the name is not known: a rule that is asked there goes by the network, then and later.
std::string host_of(Stage stage, ConnectionFacts const& connection) {
  return stage < Stage::mail ? host_identity({}, connection.client) : identity_of(connection);
}

// What a rule that refuses says when its owner has not written it: "encryption needed" where TLS decides.
wire::Reply usual_reply(Effect then, bool about_tls) {
  auto const text = [&](char const* without_tls) {
    return about_tls ? "TLS is required, please use STARTTLS" : without_tls;
  };
  auto const detail = static_cast<std::uint16_t>(about_tls ? 10 : 1);
  if (then == Effect::defer) return {450, {4, 7, detail}, text("Please try again later")};
  if (then == Effect::reject) return {550, {5, 7, detail}, text("Refused by a rule of this server")};
  return {};
}

FactName const* fact_of(std::string const& name) {
  if (auto const* fact = find_fact(name)) return fact;
  return find_fact(name.substr(0, name.find('.')));
}

}  // namespace

Result<std::shared_ptr<RuleSet const>, std::vector<RuleError>> RuleSet::compile(std::vector<Rule> rules,
                                                                                Lists lists) {
  std::shared_ptr<RuleSet> set(new RuleSet(std::move(rules), std::move(lists)));
  std::vector<RuleError> errors;
  Stage stage = Stage::connect;  // no rule before those written before it
  for (std::size_t i = 0; i < set->rules_.size(); ++i) {
    auto source = read_expression(set->rules_[i].when);
    if (!source) {
      errors.push_back({i, source.error()});
      set->compiled_.emplace_back();
      continue;
    }
    bool about_tls = false;
    for (auto const& name : source->names) {
      if (auto problem = problem_of(name, set->lists_)) errors.push_back({i, *std::move(problem)});
      auto const* fact = fact_of(name);
      if (fact == nullptr) continue;
      about_tls = about_tls || fact->about_tls;
      stage = std::max(stage, fact->stage);
    }
    if (about_tls) stage = std::max(stage, Stage::rcpt);  // some recipients are exempt
    if (auto& reply = set->rules_[i].reply; reply.code == 0)
      reply = usual_reply(set->rules_[i].then, about_tls);
    if (!set->rules_[i].deliver_to.empty()) stage = std::max(stage, Stage::rcpt);
    set->compiled_.push_back({.lua = std::move(source->lua),
                              .names = std::move(source->names),
                              .stage = stage,
                              .about_tls = about_tls});
    set->at_stage_[static_cast<std::size_t>(stage)] = true;
  }
  auto sandbox = set->make_sandbox(errors);
  if (!errors.empty()) return fail(std::move(errors));
  set->idle_.access()->push_back(std::move(sandbox));
  return std::shared_ptr<RuleSet const>(std::move(set));
}

std::unique_ptr<Sandbox> RuleSet::make_sandbox(std::vector<RuleError>& errors) const {
  auto sandbox = std::make_unique<Sandbox>(lists_);
  for (std::size_t i = 0; i < compiled_.size(); ++i)
    if (auto const compiled = sandbox->compile(compiled_[i].lua); !compiled)
      errors.push_back({i, compiled.error()});
  return sandbox;
}

std::unique_ptr<Sandbox> RuleSet::take_sandbox() const {
  {
    auto idle = idle_.access();
    if (!idle->empty()) {
      auto sandbox = std::move(idle->back());
      idle->pop_back();
      return sandbox;
    }
  }
  std::vector<RuleError> none;
  return make_sandbox(none);
}

bool RuleSet::asks_for(std::string_view fact) const {
  return std::any_of(compiled_.begin(), compiled_.end(), [&](Compiled const& rule) {
    return std::find(rule.names.begin(), rule.names.end(), fact) != rule.names.end();
  });
}

void RuleSet::evaluate(Policy const& policy, Facts const& facts, RecipientFacts const* recipient,
                       std::int64_t position, bool exempt, Verdict& verdict) const {
  auto sandbox = take_sandbox();
  RuleContext const context{.policy = policy, .facts = facts, .recipient = recipient};
  for (std::size_t i = 0; i < rules_.size() && compiled_[i].stage <= facts.stage; ++i) {
    auto const& rule = rules_[i];
    bool const is_new = compiled_[i].stage == facts.stage;  // what was asked before has been noted before
    if (exempt && compiled_[i].about_tls) continue;
    auto const matched = sandbox->evaluate(i, context);
    if (!matched) {
      if (matched.error().failure == Sandbox::Failure::unknown_facts)
        verdict.unknown_facts = true;
      else if (is_new)
        verdict.problems.push_back({.rule = rule.name, .what = matched.error().what});
      continue;
    }
    if (!*matched) continue;
    bool const enforced = is_enforced(rule, host_of(compiled_[i].stage, facts.connection));
    if (is_new)
      verdict.matches.push_back(
          {.rule = rule.name, .effect = rule.then, .enforced = enforced, .recipient = position});
    if (!enforced) continue;
    if (rule.then >= verdict.effect) {
      verdict.effect = rule.then;
      verdict.decided_by = {.rule = rule.name};
      verdict.reply = rule.reply;
    }
    if (rule.then == Effect::flag && position != RuleMatch::nobody)
      verdict.marks.push_back(
          {.recipient = static_cast<std::size_t>(position),
           .flag = printable(rule.name + "; " + (rule.reply.text.empty() ? rule.when : rule.reply.text), 900),
           .deliver_to = rule.deliver_to});
    break;
  }
  idle_.access()->push_back(std::move(sandbox));
}

bool is_enforced(Rule const& rule, std::string_view host) {
  if (rule.rollout == 0 || rule.rollout >= Rule::everybody) return rule.rollout != 0;
  auto const key = rule.name + '\n' + std::string(host);
  return ::XXH64(key.data(), key.size(), 0) % Rule::everybody < rule.rollout;
}

}  // namespace postern::policy

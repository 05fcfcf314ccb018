// The owner's rules, compiled: "your server, your rules". The first that matches decides, in the order
// written; rules that only observe are noted, and do not decide. Each is asked at the earliest stage at which
// all that it, and those before it, ask for is known.
// Threads: any; each evaluation has a Lua of its own, which the next one uses again.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "policy/facts.hpp"
#include "policy/lists.hpp"
#include "policy/policy.hpp"
#include "policy/sandbox.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

struct Rule {
  static constexpr std::uint32_t everybody = 10'000;
  std::string name;
  std::string when;  // a Lua 5.4 expression, with "in" for lists
  Effect then = Effect::defer;
  wire::Reply reply;          // with defer and reject, else what is usual; its text is the reason of a flag
  std::uint32_t rollout = 0;  // on how many of 10,000 sending hosts it is enforced; 0: it only observes
  std::string deliver_to;     // with flag: another address
};

struct RuleError {
  std::size_t rule;  // index
  std::string what;  // a sentence
};

class RuleSet {
 public:
  static Result<std::shared_ptr<RuleSet const>, std::vector<RuleError>> compile(std::vector<Rule> rules,
                                                                                Lists lists);

  // Whether any rule is first asked at this stage.
  bool asks_at(Stage stage) const { return at_stage_[static_cast<std::size_t>(stage)]; }
  bool asks_for(std::string_view fact) const;
  std::vector<Rule> const& rules() const { return rules_; }
  Lists const& lists() const { return lists_; }

  // `recipient`: null before RCPT. `exempt`: from rules about TLS. Adds to `verdict` what the rules say, with
  // marks for recipient number `position`.
  void evaluate(Policy const& policy, Facts const& facts, RecipientFacts const* recipient,
                std::int64_t position, bool exempt, Verdict& verdict) const;

 private:
  struct Compiled {
    std::string lua;
    std::vector<std::string> names;
    Stage stage;
    bool about_tls;
  };
  using Sandboxes = std::vector<std::unique_ptr<Sandbox>>;
  RuleSet(std::vector<Rule> rules, Lists lists) : rules_(std::move(rules)), lists_(std::move(lists)) {}
  std::unique_ptr<Sandbox> make_sandbox(std::vector<RuleError>& errors) const;
  std::unique_ptr<Sandbox> take_sandbox() const;

  std::vector<Rule> rules_;
  Lists lists_;
  std::vector<Compiled> compiled_;  // as rules_
  std::array<bool, stage_count> at_stage_{};
  mutable Guarded<Sandboxes> idle_;
};

// Whether a rule with this rollout is enforced on this host (its identity, policy/host_identity). The answer
// is always the same, and a host on which it is enforced stays so with every greater rollout.
bool is_enforced(Rule const& rule, std::string_view host);

}  // namespace postern::policy

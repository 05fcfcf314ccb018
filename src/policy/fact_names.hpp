// The facts a rule may ask for, by name: when each is known, and what it means. docs/rules.md is printed from
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/facts.hpp"
#include "policy/policy.hpp"

namespace postern::policy {

// monostate: there is none (nil).
using FactValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

struct RuleContext {  // what a rule looks at
  Policy const& policy;
  Facts const& facts;
  RecipientFacts const* recipient;  // null before RCPT
};

struct FactName {
  std::string_view name;  // "tls.version"; "tls" alone is a fact, too
  Stage stage;
  bool about_tls;              // rules that ask for it exempt postmaster and the addresses of TLS reports
  std::uint8_t unknown_facts;  // bits of UnknownFacts
  FactValue (*get)(RuleContext const& context);
  std::string_view meaning;
};

std::span<FactName const> fact_names();
FactName const* find_fact(std::string_view name);
bool is_fact_group(std::string_view name);  // "sender", of which "sender.domain" is one

}  // namespace postern::policy

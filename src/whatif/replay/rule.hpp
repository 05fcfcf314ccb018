// A rule that is tried: a name, and the policy that decide() goes by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "policy/policy.hpp"
#include "whatif/answer.hpp"

namespace postern::whatif {

struct Rule {
  std::string name;
  std::string meaning;  // a sentence
  policy::Policy policy{policy::Directory("", {})};
  Scope scope;                   // of built-in rules: "for DOMAIN", "from DOMAIN"
  bool asks_recipients = false;  // its verdict depends on them
  bool asks_sender = false;
  bool asks_certificate = false;
  bool asks_tls_alone = false;  // to one recipient or another, except those that every TLS rule exempts
  bool breaks_rfc3207 = true;   // section 4: a publicly-referenced server MUST NOT require STARTTLS
  bool defers = false;          // a sender that tries again over TLS loses nothing
  bool of_owner = false;        // from a configuration's [[rules]]
};

// "require-tls", "require-tls>=1.2", "require-tls>=1.3", "require-client-certificate",
// "require-trusted-client-certificate", "remembered", each with "for DOMAIN" (recipients') or "from DOMAIN"
// (sender's) behind it. The error is a sentence.
Result<Rule, std::string> parse_rule(std::string_view text);

// Of a configuration: its policy as a whole, as it would be enforced; and one of its rules, enforced on all,
// behind those before it that let mail in. `rule`: index.
Rule whole_policy(std::string name, policy::Policy policy);
Rule owner_rule(policy::Policy const& policy, std::size_t rule);

// What is tried when nothing is asked for.
std::vector<std::string_view> const& usual_rules();

}  // namespace postern::whatif

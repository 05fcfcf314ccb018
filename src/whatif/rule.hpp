// A rule that is tried: a name, and the policy that decide() goes by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "policy/policy.hpp"

namespace postern::whatif {

struct Rule {
  std::string name;
  std::string meaning;  // a sentence
  policy::Policy policy;
  bool asks_recipients = false;  // its verdict depends on them
  bool asks_sender = false;
  bool asks_certificate = false;
  bool breaks_rfc3207 = true;  // section 4: a publicly-referenced server MUST NOT require STARTTLS
  bool defers = false;         // a sender that tries again over TLS loses nothing
};

// "require-tls", "require-tls>=1.2", "require-tls>=1.3", "require-client-certificate",
// "require-trusted-client-certificate", "remembered", each with "for DOMAIN" (recipients') or "from DOMAIN"
// (sender's) behind it. The error is a sentence.
Result<Rule, std::string> parse_rule(std::string_view text);

// What is tried when nothing is asked for.
std::vector<std::string_view> const& usual_rules();

}  // namespace postern::whatif

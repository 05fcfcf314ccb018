// What is done with what the facts tell, and what is said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/decided_by.hpp"
#include "policy/rule_match.hpp"
#include "wire/reply.hpp"

namespace postern::policy {

// How a recipient's mail is marked, and where it goes instead.
struct Mark {
  std::size_t recipient = 0;    // position
  std::string flag = {};        // "rule; reason": of X-Postern-Flag
  std::string deliver_to = {};  // an address; empty: to the recipient
};

struct RuleProblem {
  std::string rule;
  std::string what;
};

struct Verdict {
  Effect effect = Effect::accept;
  DecidedBy decided_by;
  wire::Reply reply;                  // with defer and reject
  std::vector<Mark> marks;            // with accept and flag
  std::vector<RuleMatch> matches;     // of the rules asked at this stage, also of those that only observe
  std::vector<RuleProblem> problems;  // rules that erred, and were skipped
  bool unknown_facts = false;         // replay: it would depend on what the source does not tell

  bool refuses() const { return effect == Effect::defer || effect == Effect::reject; }
};

}  // namespace postern::policy

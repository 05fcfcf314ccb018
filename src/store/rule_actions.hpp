// What rules have done to mail, as the store of facts tells: for the notices to those whom it was for, and
// for `postern rules`. Blocking.
#pragma once

#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::store {

struct RuleAction {
  Instant at{};
  std::string sender;     // empty: the null sender
  std::string recipient;  // empty: refused before one was named
  std::string client;     // its verified name, or its address
  std::string done;       // deferred, refused or flagged
  std::string why;        // rule; reason
  bool over_tls = false;
};

// Between two points of time, in order of time; at most `limit`.
Result<std::vector<RuleAction>, std::string> read_rule_actions(std::string const& facts, Instant from,
                                                               Instant to, std::size_t limit);

struct RuleCounts {  // recipients, and transactions refused before one was named
  std::string rule;
  std::uint64_t matched = 0;
  std::uint64_t flagged = 0, deferred = 0, rejected = 0, accepted = 0;  // done
  std::uint64_t would_flag = 0, would_defer = 0, would_reject = 0;      // observed
  std::uint64_t wanted = 0, unwanted = 0;                               // of what matched; as far as is known
  Instant first{}, last{};
};

// Wanted and unwanted: as a content filter has said (policy/filter_facts). Where none has: wanted is mail
// from domains to which mail has been delivered from here; unwanted is mail whose SPF failed. The rest is not
// known.
Result<std::vector<RuleCounts>, std::string> read_rule_counts(std::string const& facts);

}  // namespace postern::store

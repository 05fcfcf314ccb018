// Which mail is being put off for want of TLS, and since when, so that none is put off for longer than the
// owner's grace period, whatever else its host sends. It goes by greylisting's triplet: identity, sender and
// recipient.
// Bounds: `limit`; the oldest is forgotten first.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "policy/facts.hpp"
#include "policy/verdict.hpp"

namespace postern::policy {

class DeferredMail {
 public:
  explicit DeferredMail(std::size_t limit = 100'000) : limit_(limit) {}

  // Both are about the last recipient of `facts`, at Stage::rcpt: since() before the decision, note() after
  // it.
  std::optional<Instant> since(Facts const& facts) const;
  void note(Facts const& facts, Verdict const& verdict);

 private:
  std::size_t limit_;
  std::unordered_map<std::uint64_t, Instant> since_;  // by a hash of the three
  std::deque<std::uint64_t> order_;
};

}  // namespace postern::policy

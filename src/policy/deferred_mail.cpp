#include "policy/deferred_mail.hpp"

#include <xxhash.h>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "policy/expects_tls.hpp"
#include "policy/host_identity.hpp"

namespace postern::policy {
namespace {

std::uint64_t key_of(Facts const& facts) {
  auto const& transaction = facts.transaction;
  POSTERN_ASSERT(!transaction.recipients.empty());
  auto const text = identity_of(facts.connection) + '\n' +
                    (transaction.mail.reverse_path ? transaction.mail.reverse_path->print() : std::string()) +
                    '\n' + lowered(transaction.recipients.back().address.print());
  return ::XXH64(text.data(), text.size(), 0);
}

}  // namespace

std::optional<Instant> DeferredMail::since(Facts const& facts) const {
  if (since_.empty() || facts.over_tls()) return std::nullopt;
  auto const found = since_.find(key_of(facts));
  return found == since_.end() ? std::nullopt : std::optional(found->second);
}

void DeferredMail::note(Facts const& facts, Verdict const& verdict) {
  if (verdict.effect == Effect::defer && verdict.decided_by.builtin == Builtin::tls_require) {
    auto const key = key_of(facts);
    if (!since_.emplace(key, now_of(facts)).second) return;
    order_.push_back(key);
    if (order_.size() <= limit_) return;
    since_.erase(order_.front());
    order_.pop_front();
  } else if (!verdict.refuses() && !since_.empty()) {
    since_.erase(key_of(facts));
  }
}

}  // namespace postern::policy

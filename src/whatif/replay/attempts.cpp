#include "whatif/replay/attempts.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"

namespace postern::whatif {
namespace {

// Greylisting's triplet: client network, sender, recipient. A log that does not tell an accepted message's
// recipients leaves the pair.
std::uint64_t key_of(Reception const& reception, std::string_view recipient) {
  auto bytes = reception.client.bytes();
  std::size_t const kept = reception.client.is_v4() ? 15 : 8;
  std::uint64_t key = hash_of({reinterpret_cast<char const*>(bytes.data()), kept});
  key = hash_of(lowered(reception.sender), key);
  return hash_of(lowered(recipient), key);
}

}  // namespace

bool Attempts::deferred(Reception const& reception, std::uint64_t rules) {
  auto const key =
      key_of(reception, reception.recipients.empty() ? std::string_view() : reception.recipients.front());
  pairs_[key_of(reception, {})] = key;
  auto const [entry, is_new] = entries_.try_emplace(key, Entry{reception.at, rules});
  bool const again = !is_new && reception.at - entry->second.at <= retry_time_;
  entry->second = {reception.at, again ? entry->second.rules : rules};
  if (is_new) order_.push_back(key);
  if (order_.size() > limit) {
    entries_.erase(order_.front());
    order_.pop_front();
    if (pairs_.size() > 2 * limit) pairs_.clear();
  }
  return !again;
}

std::optional<std::uint64_t> Attempts::take(std::uint64_t key, Instant now) {
  auto const found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  auto const entry = found->second;
  entries_.erase(found);
  return now - entry.at <= retry_time_ ? std::optional(entry.rules) : std::nullopt;
}

std::optional<std::uint64_t> Attempts::accepted(Reception const& reception) {
  if (entries_.empty()) return std::nullopt;
  for (auto const& recipient : reception.recipients)
    if (auto rules = take(key_of(reception, recipient), reception.at)) return rules;
  if (!reception.recipients.empty()) return std::nullopt;
  auto const pair = pairs_.find(key_of(reception, {}));
  return pair == pairs_.end() ? std::nullopt : take(pair->second, reception.at);
}

}  // namespace postern::whatif

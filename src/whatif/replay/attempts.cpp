#include "whatif/replay/attempts.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// Greylisting's triplet: client network, sender, recipient. A log that does not tell an accepted message's
// recipients leaves the pair.
std::uint64_t key_of(Arrival const& arrival, std::string_view recipient) {
  auto bytes = arrival.client.bytes();
  std::size_t const kept = arrival.client.is_v4() ? 15 : 8;
  std::uint64_t key = hash_of({reinterpret_cast<char const*>(bytes.data()), kept});
  key = hash_of(lowered(arrival.sender), key);
  return hash_of(lowered(recipient), key);
}

}  // namespace

bool Attempts::deferred(Arrival const& arrival, std::uint64_t rules) {
  auto const key =
      key_of(arrival, arrival.recipients.empty() ? std::string_view() : arrival.recipients.front());
  pairs_[key_of(arrival, {})] = key;
  auto const [entry, is_new] = entries_.try_emplace(key, Entry{arrival.at, rules});
  bool const again = !is_new && arrival.at - entry->second.at <= retry_time_;
  entry->second = {arrival.at, again ? entry->second.rules : rules};
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

std::optional<std::uint64_t> Attempts::accepted(Arrival const& arrival) {
  if (entries_.empty()) return std::nullopt;
  for (auto const& recipient : arrival.recipients)
    if (auto rules = take(key_of(arrival, recipient), arrival.at)) return rules;
  if (!arrival.recipients.empty()) return std::nullopt;
  auto const pair = pairs_.find(key_of(arrival, {}));
  return pair == pairs_.end() ? std::nullopt : take(pair->second, arrival.at);
}

}  // namespace postern::whatif

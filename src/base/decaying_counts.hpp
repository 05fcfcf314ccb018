// How often keys have done lately what they should not: a count for each, of which one is forgiven after
// every `forgiven_after`. A clock that was set back forgives nothing, and begins the wait anew.
// Bounds: `limit` keys, the longest untouched of which is forgotten first. Thread: its owner's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "base/bounded_table.hpp"
#include "base/instant.hpp"

namespace postern {

template <class Key, class Hash = std::hash<Key>>
class DecayingCounts {
 public:
  DecayingCounts(std::size_t limit, Duration forgiven_after)
      : entries_(limit), forgiven_after_(forgiven_after) {}

  std::size_t size() const { return entries_.size(); }

  std::uint32_t count(Key const& key, Instant now) const {
    auto const* entry = entries_.find(key);
    return entry == nullptr ? 0 : left_of(*entry, now).count;
  }

  // One more. Returns the new count.
  std::uint32_t add(Key const& key, Instant now) {
    auto& entry = entries_.touch(key);
    entry = left_of(entry, now);
    if (entry.count < most_) ++entry.count;
    return entry.count;
  }

  // One is forgiven now.
  void take_back(Key const& key, Instant now) {
    auto const* const known = entries_.find(key);
    if (known == nullptr) return;
    auto const left = left_of(*known, now);
    if (left.count <= 1) return entries_.forget(key);
    auto& entry = entries_.touch(key);
    entry = left;
    --entry.count;
  }

 private:
  static constexpr std::uint32_t most_ = 1000;  // so that a flood is forgiven in the time of so many

  struct Entry {
    std::uint32_t count = 0;
    Instant since{};  // when the first was counted, or the last forgiven
  };

  Entry left_of(Entry entry, Instant now) const {
    if (entry.count == 0 || now < entry.since) return {entry.count, now};
    auto const forgiven = (now - entry.since) / forgiven_after_;
    if (forgiven >= static_cast<std::int64_t>(entry.count)) return {0, now};
    entry.count -= static_cast<std::uint32_t>(forgiven);
    entry.since += forgiven * forgiven_after_;
    return entry;
  }

  BoundedTable<Key, Entry, Hash> entries_;
  Duration forgiven_after_;
};

}  // namespace postern

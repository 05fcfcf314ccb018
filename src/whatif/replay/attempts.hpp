// Remembers attempts that were deferred, so that a message tried again counts once. Bounds: `limit` attempts,
// the oldest are forgotten first.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>

#include "whatif/reception.hpp"

namespace postern::whatif {

class Attempts {
 public:
  static constexpr std::size_t limit = 1'000'000;
  explicit Attempts(Duration retry_time) : retry_time_(retry_time) {}

  // A deferred attempt; `rules`: a bit for each rule that would have refused it. False: it is one more try of
  // an attempt that is known.
  bool deferred(Reception const& reception, std::uint64_t rules);

  // An accepted message: the rules of the attempt it repeats, which is forgotten. Absent: it repeats none.
  std::optional<std::uint64_t> accepted(Reception const& reception);

 private:
  struct Entry {
    Instant at;
    std::uint64_t rules;
  };
  std::optional<std::uint64_t> take(std::uint64_t key, Instant now);
  Duration retry_time_;
  boost::unordered_flat_map<std::uint64_t, Entry> entries_;
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> pairs_;  // network and sender: the last triplet
  std::deque<std::uint64_t> order_;
};

}  // namespace postern::whatif

// The 95 % interval of a share that was measured by counting the messages of sending hosts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "whatif/interval.hpp"

namespace postern::whatif {

// What one sending host brought, and how much of it would be lost.
struct HostCounts {
  std::uint32_t host = 0;  // the same number for the same host in all shares
  std::uint64_t messages = 0;
  std::uint64_t lost = 0;
};

// How often each host is drawn in each round of a bootstrap. Made once and used for all shares: two rules
// that lose the same messages have the same interval, their difference is not noise, and a rule's interval
// does not depend on which others are tried. Memory and work per share: `rounds` times the number of hosts,
// of which at most `most_groups` count; beyond, hosts share their draws in groups, at random as far as shares
// go.
class Resampling {
 public:
  static constexpr std::size_t most_groups = 10'000;

  Resampling(std::size_t hosts, Random& random, int rounds = 1000);

  std::size_t rounds() const { return rounds_; }
  std::size_t groups() const { return groups_; }
  std::size_t group_of(std::uint32_t host) const;
  // How often each group is drawn, in the order of the groups.
  std::span<std::uint8_t const> draws(std::size_t round) const {
    return {times_.data() + round * groups_, groups_};
  }

 private:
  std::size_t rounds_;
  std::size_t groups_;
  bool each_has_its_own_;            // host and group are the same number
  std::vector<std::uint8_t> times_;  // by round, then by group
};

// Bounds on a share of which nothing, or everything, was seen to be lost: the exact limit on the one side
// that is open (Clopper and Pearson 1934), 95 %.
Interval exact_interval(std::uint64_t messages, bool all_lost);

// The middle 95 % of the shares when the hosts are resampled with replacement (a Poisson bootstrap: each is
// drawn Poisson(1) times): messages of one sender are not independent. Nothing or everything lost:
// exact_interval. `hosts`: each once; those without messages may be left out.
Interval share_interval(std::span<HostCounts const> hosts, Resampling const& resampling);

// Whether there is too little to tell: fewer than 100 messages or 20 sending hosts.
bool too_little(std::span<HostCounts const> hosts);

}  // namespace postern::whatif

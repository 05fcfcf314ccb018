// The 95 % interval of a share that was measured by counting the messages of sending hosts.
#pragma once

#include <cstdint>
#include <span>

#include "base/random.hpp"
#include "whatif/interval.hpp"

namespace postern::whatif {

// What one sending host brought, and how much of it would be lost.
struct Cluster {
  std::uint64_t messages = 0;
  std::uint64_t lost = 0;
  std::uint64_t hosts = 1;  // so many hosts brought exactly that
};

// Bounds on a share of which nothing, or everything, was seen to be lost: the exact limit on the one side
// that is open (Clopper and Pearson 1934), 95 %.
Interval exact_interval(std::uint64_t messages, bool all_lost);

// Resamples the hosts with replacement (a Poisson bootstrap: each is drawn Poisson(1) times) and takes the
// middle 95 % of the shares: messages of one sender are not independent. Nothing or everything lost:
// exact_interval. Work: `rounds` times the number of different clusters.
Interval share_interval(std::span<Cluster const> clusters, Random& random, int rounds = 1000);

// Whether there is too little to tell: fewer than 100 messages or 20 sending hosts.
bool too_little(std::span<Cluster const> clusters);

}  // namespace postern::whatif

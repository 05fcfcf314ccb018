#include "whatif/replay/share_interval.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <vector>

namespace postern::whatif {
namespace {

constexpr double doubt = 0.05;

struct Bits {  // what <random> asks of a generator
  using result_type = std::uint64_t;
  Random& random;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() { return random.next(); }
};

// Draws from a Poisson distribution: by a table of its cumulative probabilities, which is fast where the mean
// is small, as it is for nearly all clusters.
class Poisson {
 public:
  explicit Poisson(std::uint64_t mean) {
    if (mean > 40) {
      large_.emplace(static_cast<double>(mean));
      return;
    }
    double const m = static_cast<double>(mean);
    double probability = std::exp(-m), sum = 0;
    for (std::uint64_t k = 0; sum < 1 - 1e-12 && k < 200; ++k) {
      sum += probability;
      table_.push_back(static_cast<std::uint64_t>(std::min(sum, 1 - 1e-16) * 0x1p64));
      probability *= m / static_cast<double>(k + 1);
    }
  }
  std::uint64_t operator()(Bits& bits) {
    if (large_) return (*large_)(bits);
    auto const drawn = bits();
    if (table_.size() > 24)
      return static_cast<std::uint64_t>(std::upper_bound(table_.begin(), table_.end(), drawn) -
                                        table_.begin());
    std::uint64_t k = 0;
    while (k < table_.size() && table_[k] <= drawn) ++k;
    return k;
  }

 private:
  std::vector<std::uint64_t> table_;
  std::optional<std::poisson_distribution<std::uint64_t>> large_;
};

struct Sums {
  std::uint64_t messages = 0, lost = 0, hosts = 0;
};

Sums sums_of(std::span<Cluster const> clusters) {
  Sums sums;
  for (auto const& cluster : clusters) {
    sums.messages += cluster.messages * cluster.hosts;
    sums.lost += cluster.lost * cluster.hosts;
    sums.hosts += cluster.hosts;
  }
  return sums;
}

}  // namespace

Interval exact_interval(std::uint64_t messages, bool all_lost) {
  if (messages == 0) return {};
  double const limit = -std::expm1(std::log(doubt) / static_cast<double>(messages));  // 1 - 0.05^(1/n)
  return all_lost ? Interval{1 - limit, 1} : Interval{0, limit};
}

Interval share_interval(std::span<Cluster const> clusters, Random& random, int rounds) {
  auto const sums = sums_of(clusters);
  if (sums.lost == 0 || sums.lost == sums.messages) return exact_interval(sums.messages, sums.lost > 0);
  Bits bits{random};
  std::vector<Poisson> draws;
  for (auto const& cluster : clusters) draws.emplace_back(cluster.hosts);
  std::vector<double> shares;
  for (int round = 0; round < rounds; ++round) {
    std::uint64_t messages = 0, lost = 0;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      auto const times = draws[i](bits);
      messages += times * clusters[i].messages;
      lost += times * clusters[i].lost;
    }
    if (messages > 0) shares.push_back(static_cast<double>(lost) / static_cast<double>(messages));
  }
  if (shares.empty()) return {};
  std::sort(shares.begin(), shares.end());
  auto const at = [&](double quantile) {
    return shares[static_cast<std::size_t>(quantile * static_cast<double>(shares.size() - 1) + 0.5)];
  };
  return {at(doubt / 2), at(1 - doubt / 2)};
}

bool too_little(std::span<Cluster const> clusters) {
  auto const sums = sums_of(clusters);
  return sums.messages < 100 || sums.hosts < 20;
}

}  // namespace postern::whatif

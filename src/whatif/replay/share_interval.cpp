#include "whatif/replay/share_interval.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace postern::whatif {
namespace {

constexpr double doubt = 0.05;

// Draws from a Poisson distribution of mean 1, by a table of its cumulative probabilities.
class PoissonOfOne {
 public:
  PoissonOfOne() {
    double probability = std::exp(-1.0), sum = 0;
    for (std::size_t k = 0; k < below_.size(); ++k) {
      sum += probability;
      below_[k] = static_cast<std::uint64_t>(std::min(sum, 1 - 1e-16) * 0x1p64);
      probability /= static_cast<double>(k + 1);
    }
  }
  std::uint8_t draw(Random& random) const {
    auto const drawn = random.next();
    std::size_t k = 0;
    while (k < below_.size() && below_[k] <= drawn) ++k;
    return static_cast<std::uint8_t>(k);
  }

 private:
  std::array<std::uint64_t, 18> below_{};  // beyond, the probability is less than 1e-16
};

struct Sums {
  std::uint64_t messages = 0, lost = 0, hosts = 0;
};

Sums sums_of(std::span<HostCounts const> hosts) {
  Sums sums;
  for (auto const& host : hosts) {
    sums.messages += host.messages;
    sums.lost += host.lost;
    if (host.messages > 0) ++sums.hosts;
  }
  return sums;
}

}  // namespace

Resampling::Resampling(std::size_t hosts, Random& random, int rounds)
    : rounds_(static_cast<std::size_t>(rounds)),
      groups_(std::clamp<std::size_t>(hosts, 1, most_groups)),
      each_has_its_own_(hosts <= most_groups),
      times_(rounds_ * groups_) {
  PoissonOfOne const poisson;
  for (auto& each : times_) each = poisson.draw(random);
}

// Spread by a mixing function (splitmix64, Steele, Lea, Flood 2014): hosts whose numbers have something in
// common may be alike, and alike hosts in one group would look like one large host.
std::size_t Resampling::group_of(std::uint32_t host) const {
  if (each_has_its_own_) return host;
  std::uint64_t mixed = host + 0x9E3779B97F4A7C15ULL;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return (mixed ^ (mixed >> 31)) % groups_;
}

Interval exact_interval(std::uint64_t messages, bool all_lost) {
  if (messages == 0) return {};
  double const limit = -std::expm1(std::log(doubt) / static_cast<double>(messages));  // 1 - 0.05^(1/n)
  return all_lost ? Interval{1 - limit, 1} : Interval{0, limit};
}

namespace {

struct Group {
  std::size_t index = 0;
  std::uint64_t messages = 0, lost = 0;
};

std::vector<Group> grouped(std::span<HostCounts const> hosts, Resampling const& resampling) {
  std::vector<Group> groups(resampling.groups());
  for (std::size_t index = 0; index < groups.size(); ++index) groups[index].index = index;
  for (auto const& host : hosts) {
    auto& group = groups[resampling.group_of(host.host)];
    group.messages += host.messages;
    group.lost += host.lost;
  }
  std::erase_if(groups, [](Group const& group) { return group.messages == 0; });
  return groups;
}

}  // namespace

Interval share_interval(std::span<HostCounts const> hosts, Resampling const& resampling) {
  auto const sums = sums_of(hosts);
  if (sums.lost == 0 || sums.lost == sums.messages) return exact_interval(sums.messages, sums.lost > 0);
  auto const groups = grouped(hosts, resampling);
  std::vector<double> shares;
  for (std::size_t round = 0; round < resampling.rounds(); ++round) {
    std::uint64_t messages = 0, lost = 0;
    auto const draws = resampling.draws(round);
    for (auto const& group : groups) {
      std::uint64_t const times = draws[group.index];
      messages += times * group.messages;
      lost += times * group.lost;
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

bool too_little(std::span<HostCounts const> hosts) {
  auto const sums = sums_of(hosts);
  return sums.messages < 100 || sums.hosts < 20;
}

}  // namespace postern::whatif

// How often the interval of a share holds the truth, measured over populations of senders. The truth is the
// share that mail of fresh senders of the same population has.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/whatif.hpp"
#include "whatif/replay/share_interval.hpp"

namespace postern::tests {
namespace {

class PopulationDice {
 public:
  double uniform() { return (static_cast<double>(random_.next() >> 11) + 0.5) * 0x1p-53; }
  double normal() {  // Box and Muller
    return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
  }

 private:
  SteadyRandom random_;
};

using SizeOfSender = std::function<double(PopulationDice&)>;  // in messages of a small one

SizeOfSender lognormal(double sigma) {
  return [sigma](PopulationDice& dice) { return std::exp(sigma * dice.normal()); };
}
SizeOfSender pareto(double exponent) {
  return [exponent](PopulationDice& dice) { return std::pow(dice.uniform(), -1 / exponent); };
}
double equal_size(PopulationDice&) { return 1; }
double few_are_large(PopulationDice& dice) {  // three of a hundred bring most
  return (dice.uniform() < 0.03 ? 80 : 1) * std::exp(dice.normal());
}

enum class TlsDrawn { by_host, by_message };

struct Measured {
  int samples = 0, told = 0, held = 0, above = 0;

  void add(Measured const& other) {
    samples += other.samples;
    told += other.told;
    held += other.held;
    above += other.above;
  }
};

std::vector<SenderCounts> drawn_senders(PopulationDice& dice, SizeOfSender const& size, std::size_t hosts,
                                        double share, TlsDrawn drawn) {
  std::vector<SenderCounts> senders(hosts);
  for (auto& sender : senders) {
    sender.messages = static_cast<std::uint64_t>(std::max(1.0, std::round(5 * size(dice))));
    if (drawn == TlsDrawn::by_host)
      sender.lost = dice.uniform() < share ? sender.messages : 0;
    else
      for (std::uint64_t message = 0; message < sender.messages; ++message)
        if (dice.uniform() < share) ++sender.lost;
  }
  return senders;
}

Measured measured(SizeOfSender const& size, std::size_t hosts, double share, TlsDrawn drawn, int samples) {
  PopulationDice dice;
  Measured out{.samples = samples};
  for (int sample = 0; sample < samples; ++sample) {
    auto const estimated = estimate_share(drawn_senders(dice, size, hosts, share, drawn));
    if (estimated.too_little) continue;
    ++out.told;
    if (estimated.share_95.high < share) ++out.above;
    if (estimated.share_95.low <= share && share <= estimated.share_95.high) ++out.held;
  }
  return out;
}

// No more than `most` of `of`, chance aside (2.5 standard deviations).
bool is_no_more_than(double most, int count, int of) {
  return count <= most * of + 2.5 * std::sqrt(most * (1 - most) * of) + 1;
}

void expect_to_hold(Measured const& cell, std::string const& which) {
  EXPECT_TRUE(is_no_more_than(0.04, cell.above, cell.told))
      << which << ": the truth is above " << cell.above << " of " << cell.told;
  EXPECT_TRUE(is_no_more_than(0.07, cell.told - cell.held, cell.told))
      << which << ": " << cell.held << " of " << cell.told << " hold it";
}

struct SenderPopulation {
  char const* name;
  SizeOfSender size;
};

std::vector<SenderPopulation> const& sender_populations() {
  static std::vector<SenderPopulation> const all{
      {"equal", equal_size},         {"lognormal 0.5", lognormal(0.5)}, {"lognormal 1", lognormal(1)},
      {"lognormal 2", lognormal(2)}, {"Pareto 1.5", pareto(1.5)},       {"few large", few_are_large}};
  return all;
}

using HostsAndSamples = std::array<std::pair<int, int>, 4>;
constexpr HostsAndSamples few_samples{{{30, 200}, {100, 200}, {1000, 100}, {10'000, 8}}};
constexpr HostsAndSamples many_samples{{{30, 2000}, {100, 2000}, {1000, 1000}, {10'000, 300}}};

TEST(Coverage, HoldsForSendersHoweverUneven) {
  for (auto const& [name, size] : sender_populations()) {
    Measured all;
    for (auto const& [hosts, samples] : few_samples)
      for (double const share : {0.003, 0.03, 0.1, 0.3}) {
        auto const cell = measured(size, static_cast<std::size_t>(hosts), share, TlsDrawn::by_host, samples);
        expect_to_hold(cell,
                       std::string(name) + ", " + std::to_string(hosts) + " hosts, " + std::to_string(share));
        all.add(cell);
      }
    EXPECT_GT(all.told, 100) << name << " would prove nothing";
    EXPECT_LE(all.above, 0.04 * all.told) << name;
    EXPECT_GE(all.held, 0.93 * all.told) << name;
  }
}

TEST(Coverage, HoldsWhereEachMessageHasItsOwnChance) {
  for (double const share : {0.01, 0.1}) {
    auto const cell = measured(lognormal(1), 100, share, TlsDrawn::by_message, 100);
    expect_to_hold(cell, std::to_string(share));
    EXPECT_GT(cell.told, 50);
  }
}

// Large senders are in plaintext more often than small ones: the weight of a sender and its loss go together.
TEST(Coverage, HoldsWhereTheLargeAreInPlaintextMoreOften) {
  PopulationDice dice;
  constexpr double chance = 0.03;               // of a sender of mean size
  double const truth = chance * std::exp(1.0);  // E[n * n] / (E[n] * E[n]) of a lognormal of sigma 1
  Measured out{.samples = 200};
  for (int sample = 0; sample < out.samples; ++sample) {
    std::vector<SenderCounts> senders(1000);
    for (auto& sender : senders) {
      double const size = std::exp(dice.normal() - 0.5);  // mean 1
      sender.messages = static_cast<std::uint64_t>(std::round(1000 * size));
      sender.lost = dice.uniform() < chance * size ? sender.messages : 0;
    }
    auto const estimated = estimate_share(senders);
    if (estimated.too_little) continue;
    ++out.told;
    if (estimated.share_95.high < truth) ++out.above;
    if (estimated.share_95.low <= truth && truth <= estimated.share_95.high) ++out.held;
  }
  EXPECT_GT(out.told, 100);
  expect_to_hold(out, "the large more often");
}

// Prints the table of docs/whatif.md; a minute. Run with --gtest_also_run_disabled_tests.
TEST(Coverage, DISABLED_TableOfTheWholeGrid) {
  for (auto const& [name, size] : sender_populations())
    for (auto const& [hosts, samples] : many_samples)
      for (auto const drawn : {TlsDrawn::by_host, TlsDrawn::by_message})
        for (double const share : {0.001, 0.003, 0.01, 0.03, 0.1, 0.3}) {
          int const tried = drawn == TlsDrawn::by_host ? samples : samples / 10;
          auto const cell = measured(size, static_cast<std::size_t>(hosts), share, drawn, tried);
          std::printf("| %s | %d | %s | %.1f %% | %d of %d | %.1f %% | %.1f %% |\n", name, hosts,
                      drawn == TlsDrawn::by_host ? "host" : "message", 100 * share, cell.told, cell.samples,
                      100.0 * cell.held / std::max(1, cell.told),
                      100.0 * cell.above / std::max(1, cell.told));
          expect_to_hold(cell, name);
        }
}

}  // namespace
}  // namespace postern::tests

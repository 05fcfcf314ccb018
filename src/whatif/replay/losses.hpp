// What one rule would have lost, counted message by message, and summed up by sender and as shares with
// intervals.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "whatif/answer.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/loss_shares.hpp"
#include "whatif/replay/senders.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

struct CountsByWanted {
  std::array<std::uint32_t, 3> of{};
  void add(Wanted wanted) { ++of[static_cast<std::size_t>(wanted)]; }
  std::uint64_t total() const { return std::uint64_t{of[0]} + of[1] + of[2]; }
};

// What it was about a lost message that the rule did not allow.
enum class LostFor : std::uint8_t { plaintext, old_tls, no_certificate, matched_rule };

Reason reason_of(LostFor why, Traffic const& traffic, Traffic::Pair const& pair);

// Whether what is lost for this reason would most likely come again over TLS.
bool comes_later(Reason reason);

class Losses {
 public:
  struct LostPair {
    std::array<CountsByWanted, 4> why;  // by LostFor
    Instant first{}, last{};
  };

  void add_lost(std::uint32_t pair, Reception const& reception, LostFor why);
  // The rule's answer depends on what the source does not tell.
  void add_unknown(std::uint32_t pair, Reception const& reception);

  // `out`: its senders, hosts, reasons, losses and unknown messages; `out.defers` is set before. `by_pair`:
  // all messages that the rule is about.
  void sum_up(Traffic const& traffic, Senders const& senders, std::vector<CountsByWanted> const& by_pair,
              RuleAnswer& out) const;

  boost::unordered_flat_map<std::uint32_t, LostPair> const& lost() const { return lost_; }  // by pair

 private:
  void add_senders(Traffic const& traffic, RuleAnswer& out) const;
  std::vector<SenderSums> sums_by_sender(Traffic const& traffic, Senders const& senders,
                                         std::vector<CountsByWanted> const& by_pair, RuleAnswer& out) const;

  boost::unordered_flat_map<std::uint32_t, LostPair> lost_;           // by pair
  boost::unordered_flat_map<std::uint32_t, CountsByWanted> unknown_;  // by pair: not known whether over TLS
  boost::unordered_flat_map<std::uint32_t, CountsByWanted>
      undecided_;  // by pair: over TLS, but not known how
};

}  // namespace postern::whatif

// What one rule would have lost, counted message by message, and summed up by sender and as shares with
// intervals.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "whatif/answer.hpp"
#include "whatif/reception.hpp"
#include "whatif/replay/share_interval.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

struct CountsByWanted {
  std::array<std::uint32_t, 3> of{};
  void add(Wanted wanted) { ++of[static_cast<std::size_t>(wanted)]; }
  std::uint64_t total() const { return std::uint64_t{of[0]} + of[1] + of[2]; }
};

// What it was about a lost message that the rule did not allow.
enum class LostFor : std::uint8_t { plaintext, old_tls, no_certificate, matched_rule };

class Losses {
 public:
  void add_lost(std::uint32_t pair, Reception const& reception, LostFor why);
  // The rule's answer depends on what the source does not tell.
  void add_unknown(std::uint32_t host, Reception const& reception);

  // `out`: its senders, hosts, reasons, losses and unknown messages. `by_host`: all messages that were
  // counted. `resampling`: of the host identities of `traffic`, the same for all rules.
  void sum_up(Traffic const& traffic, std::vector<CountsByWanted> const& by_host,
              Resampling const& resampling, RuleAnswer& out) const;

 private:
  struct LostPair {
    std::array<CountsByWanted, 4> why;  // by LostFor
    Instant first{}, last{};
  };
  struct Sums {  // of one host identity, by Wanted
    std::array<std::uint64_t, 3> messages{}, lost{}, undecided{};
  };
  void add_senders(Traffic const& traffic, RuleAnswer& out) const;
  std::vector<Sums> sums_by_identity(Traffic const& traffic, std::vector<CountsByWanted> const& by_host,
                                     std::uint64_t& unknown) const;

  boost::unordered_flat_map<std::uint32_t, LostPair> lost_;           // by pair
  boost::unordered_flat_map<std::uint32_t, CountsByWanted> unknown_;  // by host: not known whether over TLS
  boost::unordered_flat_map<std::uint32_t, CountsByWanted>
      undecided_;  // by host: over TLS, but not known how
};

}  // namespace postern::whatif

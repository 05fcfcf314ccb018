// Replays rules over what really happened: every arrival is put to decide() for every rule, with what the
// gate would have remembered at that time, and counted. Bounds: whatif/traffic and whatif/attempts, and a
// day's counts for each day; at most 64 rules.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "policy/tls_memory.hpp"
#include "whatif/answer.hpp"
#include "whatif/replay/attempts.hpp"
#include "whatif/replay/judge.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

struct ReplaySettings {
  std::vector<Network> internal;  // own networks: not from outside
  std::optional<Instant> since, until;
  Duration retry_time = std::chrono::hours(24 * 5);  // RFC 5321 section 4.5.4.1: senders try 4-5 days
};

class Replay : public ArrivalSink {
 public:
  static constexpr std::size_t most_rules = 64;
  static constexpr std::size_t most_remembered = 1'000'000;
  Replay(std::vector<Rule> rules, ReplaySettings settings);

  void take(Arrival&& arrival) override;
  policy::TlsMemory& memory() { return memory_; }  // what the gate would have remembered
  // Called with each attempt to bring a message, whatever became of it: what each rule would have done.
  using OnMessage = std::function<void(Arrival const&, std::vector<Judgement> const&)>;
  void on_message(OnMessage call) { on_message_ = std::move(call); }
  std::uint64_t messages() const { return sums_.messages; }  // counted so far
  Answer answer(Random& random) const;                       // without its sources

 private:
  struct Counts {  // by Wanted
    std::array<std::uint32_t, 3> of{};
    std::uint64_t total() const { return std::uint64_t{of[0]} + of[1] + of[2]; }
  };
  struct LostPair {
    Counts clear, old, no_certificate, matched;
    Instant first{}, last{};
  };
  struct RuleState {
    Rule rule;
    boost::unordered_flat_map<std::uint32_t, LostPair> lost;     // by pair
    boost::unordered_flat_map<std::uint32_t, Counts> untold;     // by host: not known whether over TLS
    boost::unordered_flat_map<std::uint32_t, Counts> undecided;  // by host: over TLS, but not known how
    std::uint64_t refused_anyway = 0;
    policy::DeferredMail deferred;
  };
  struct DayCounts {
    Day day;
    std::vector<std::uint64_t> lost;
  };

  bool left_out(Arrival const& arrival);
  void message(Arrival const& arrival, std::uint32_t host);
  void refusal(Arrival const& arrival, std::uint32_t host);
  void hear(Arrival const& arrival, std::uint32_t host);
  std::vector<Judgement> judge();  // by each rule, what was heard last
  void remember_session(Arrival const& arrival, std::uint32_t host);
  void remember_mail(Arrival const& arrival, std::uint32_t host);
  Reason reason_in_the_clear(Traffic::Pair const& pair) const;
  RuleAnswer answer_for(RuleState const& state, Answer const& answer, Random& random) const;
  void add_senders(RuleState const& state, RuleAnswer& out) const;
  void add_losses(RuleState const& state, RuleAnswer& out, Random& random) const;

  std::vector<RuleState> rules_;
  ReplaySettings settings_;
  Judge judge_;
  OnMessage on_message_;
  Traffic traffic_;
  Attempts attempts_;
  policy::TlsMemory memory_{most_remembered};
  std::vector<Counts> by_host_;  // messages
  boost::unordered_flat_map<std::uint64_t, bool> copies_;
  std::map<std::int64_t, DayCounts> days_;
  DayCounts* today_ = nullptr;  // of the last message
  std::int64_t today_number_ = 0;
  Answer sums_;
};

}  // namespace postern::whatif

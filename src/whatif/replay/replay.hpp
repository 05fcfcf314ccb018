// Replays rules over what really happened: puts every reception to decide() for every rule, with what the
// gate would have remembered at that time, and counts. Bounds: those of Traffic, Attempts, DayCells and
// LostRecipients, one set of counts per day, and at most 64 rules.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "policy/tls_memory.hpp"
#include "whatif/answer.hpp"
#include "whatif/replay/attempts.hpp"
#include "whatif/replay/judge.hpp"
#include "whatif/replay/private_clients.hpp"
#include "whatif/replay/rule_tally.hpp"
#include "whatif/replay/traffic.hpp"

namespace postern::whatif {

struct ReplaySettings {
  std::vector<Network> internal;  // own networks: not from outside
  std::optional<Instant> since, until;
  Duration retry_time = std::chrono::hours(24 * 5);  // RFC 5321 section 4.5.4.1: senders try 4-5 days
  Shown shown;                                       // what the answer shall hold beside the rest
  std::optional<Countries> countries;                // with `shown.by_country`
};

class Replay : public ReceptionSink {
 public:
  static constexpr std::size_t most_rules = 64;
  static constexpr std::size_t most_remembered = 1'000'000;
  Replay(std::vector<Rule> rules, ReplaySettings settings);

  void take(Reception&& reception) override;
  policy::TlsMemory& memory() { return memory_; }  // what the gate would have remembered
  // Called with each attempt to bring a message, whatever became of it: what each rule would have done.
  using OnMessage = std::function<void(Reception const&, std::vector<Judgement> const&)>;
  void on_message(OnMessage call) { on_message_ = std::move(call); }
  std::uint64_t messages() const { return sums_.messages; }  // counted so far
  Answer answer() const;                                     // without its sources

 private:
  struct RuleState {
    explicit RuleState(Rule of) : rule(std::move(of)), tally(rule.scope) {}
    Rule rule;
    RuleTally tally;
    std::uint64_t refused_anyway = 0;
    RulePast past;
  };
  struct DayCounts {
    Day day;
    std::vector<std::uint64_t> lost;  // by rule
  };
  using RuleBits = std::uint64_t;  // a bit for each rule

  std::uint64_t* reason_to_leave_out(Reception const& reception);
  bool is_in_time(Reception const& reception) const;
  void message(Reception const& reception, std::uint32_t host);
  bool is_copy(Reception const& reception);
  void forget_deferred_attempt(Reception const& reception);
  void count(Reception const& reception, std::uint32_t host, std::uint32_t pair);
  void count_tls(Reception const& reception, std::uint32_t pair, Day& day);
  DayCounts& day_of(Reception const& reception);
  void note_judgements(Reception const& reception, std::uint32_t pair,
                       std::vector<Judgement> const& judgements);
  void refusal(Reception const& reception, std::uint32_t host);
  void add_refused_anyway(RuleBits rules);
  // By each rule; good until the next call.
  std::vector<Judgement> const& judge(Reception const& reception, std::uint32_t host);
  std::string const& identity_of(std::uint32_t host) const;
  void remember_session(Reception const& reception, std::uint32_t host);
  policy::ConnectionFacts& connection_of(Reception const& reception, std::uint32_t host);
  void remember_mail(Reception const& reception, std::uint32_t host);
  RuleAnswer answer_for(RuleState const& state, Answer const& answer, CountedMail const& mail) const;

  std::vector<RuleState> rules_;
  ReplaySettings settings_;
  SenderAddress sender_ = SenderAddress::not_asked_for;
  OnMessage on_message_;
  Traffic traffic_;
  Attempts attempts_;
  PrivateClients private_clients_;
  policy::TlsMemory memory_{most_remembered};
  Evaluation evaluation_{memory_};
  std::vector<Judgement> judgements_;
  policy::ConnectionFacts connection_;   // what the memory is to take in
  std::vector<CountsByWanted> by_pair_;  // messages
  DayCells cells_;
  RecipientNames recipients_;  // of what would be lost
  boost::unordered_flat_map<std::uint64_t, bool> copies_;
  std::map<std::int64_t, DayCounts> days_;
  DayCounts* today_ = nullptr;  // of the last message
  std::int64_t today_number_ = 0;
  Answer sums_;
};

}  // namespace postern::whatif

// One pass in order of time. Each reception does three things, in this order. It tells something of its host,
// which decides later why a message was lost (Traffic). If it is a message from outside, each rule is asked
// what it would have done, by the gate's own decide(), with the memory as it is before this reception: a rule
// sees the past only, as the gate would. Then it enters the memory. What a rule would have lost is counted
// per pair of host and sender domain, since the reason of a loss may show only later, when the same host or
// domain comes over TLS; answer() looks these up at the end.
//
// Two things would count a message twice, and are taken out: copies of it in several mailboxes, and attempts
// that were deferred before it was accepted (Attempts). What the source does not tell is assumed at worst and
// at best; when a rule's answers differ, the message is unknown to that rule and in none of its shares
// (Evaluation).
#include "whatif/replay/replay.hpp"

#include <algorithm>

#include "whatif/replay/unseen_senders.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_copies = 8'000'000;  // messages whose copies are known
constexpr std::size_t most_days = 20'000;       // 54 years: beyond, times are junk

std::int64_t day_number(Instant at) {
  return std::chrono::floor<std::chrono::hours>(at.time_since_epoch()).count() / 24;
}

std::size_t version_slot(TlsSeen const& tls) {
  switch (policy::tls_version_number(tls.version)) {
    case 13: return 4;
    case 12: return 3;
    case 11: return 2;
    default: return tls.version.empty() ? 0 : 1;
  }
}

LostFor why_lost(Rule const& rule, Reception const& reception) {
  bool const over_tls = reception.tls.used == Tristate::yes;
  if (rule.of_owner) return over_tls || !rule.breaks_rfc3207 ? LostFor::matched_rule : LostFor::plaintext;
  if (!over_tls) return LostFor::plaintext;
  return rule.asks_certificate ? LostFor::no_certificate : LostFor::old_tls;
}

}  // namespace

Replay::Replay(std::vector<Rule> rules, ReplaySettings settings)
    : settings_(std::move(settings)), attempts_(settings_.retry_time) {
  for (auto& rule : rules) {
    if (rule.asks_sender) sender_ = SenderAddress::asked_for;
    if (rules_.size() < most_rules) rules_.emplace_back(std::move(rule));
  }
}

void Replay::take(Reception&& reception) {
  if (auto* const left_out = reason_to_leave_out(reception)) {
    bool const accepted = reception.outcome == policy::Outcome::accepted;
    if (!reception.is_message() || (accepted && is_copy(reception))) return;
    ++*left_out;
    bool const is_of_private = left_out == &sums_.left_out.private_networks;
    if (is_of_private && accepted) private_clients_.saw(reception);
    return;
  }
  auto const host = traffic_.host_of(reception);
  traffic_.saw_tls(host, reception.tls);
  bool const failed = !reception.tls.failure.empty() && reception.tls.used != Tristate::yes;
  bool const in_time = is_in_time(reception);
  if (failed && in_time && reception.kind != Reception::Kind::message) ++sums_.failed_handshakes;
  if (reception.is_message()) {
    if (!in_time)
      ++sums_.left_out.out_of_time;
    else if (reception.outcome == policy::Outcome::accepted)
      message(reception, host);
    else
      refusal(reception, host);
    remember_mail(reception, host);
  }
  if (reception.kind != Reception::Kind::message) remember_session(reception, host);
}

// The count of those that are left out for the same reason: they did not come from outside. Null: it did.
std::uint64_t* Replay::reason_to_leave_out(Reception const& reception) {
  auto& out = sums_.left_out;
  if (reception.origin == Origin::authenticated) return &out.authenticated;
  if (reception.origin == Origin::local) return &out.local;
  if (!reception.has_client) return &out.no_address;
  if (reception.client.is_loopback()) return &out.loopback;
  bool const internal = std::any_of(settings_.internal.begin(), settings_.internal.end(),
                                    [&](Network const& own) { return own.contains(reception.client); });
  if (internal) return &out.internal;
  return PrivateClients::is_private(reception.client) ? &out.private_networks : nullptr;
}

bool Replay::is_in_time(Reception const& reception) const {
  return (!settings_.since || reception.at >= *settings_.since) &&
         (!settings_.until || reception.at < *settings_.until);
}

std::string const& Replay::identity_of(std::uint32_t host) const {
  return traffic_.identity(traffic_.hosts()[host].identity);
}

std::vector<Judgement> const& Replay::judge(Reception const& reception, std::uint32_t host) {
  evaluation_.begin(reception, identity_of(host), sender_);
  judgements_.clear();
  for (auto& state : rules_) judgements_.push_back(evaluation_.by(state.rule, state.past));
  if (on_message_) on_message_(reception, judgements_);
  return judgements_;
}

// The gate's own memory, fed with what the source tells.
void Replay::remember_mail(Reception const& reception, std::uint32_t host) {
  if (reception.tls.used == Tristate::no) {
    remember_clear(memory_, connection_of(reception, host), reception.at);
  }
  if (reception.facts && reception.outcome == policy::Outcome::accepted)
    remember_sender(memory_, reception.facts->connection, reception.facts->transaction);
}

void Replay::remember_session(Reception const& reception, std::uint32_t host) {
  bool const used = reception.tls.used == Tristate::yes;
  if (!used && reception.tls.failure.empty()) return;
  auto& connection = connection_of(reception, host);
  connection.ended = reception.at;
  connection.tls.state = used ? policy::TlsState::established : policy::TlsState::failed;
  connection.tls.version = reception.tls.version;
  connection.tls.failure = reception.tls.failure;
  remember(memory_, connection);
}

policy::ConnectionFacts& Replay::connection_of(Reception const& reception, std::uint32_t host) {
  connection_.client = reception.client;
  connection_.identity = identity_of(host);
  return connection_;
}

void Replay::message(Reception const& reception, std::uint32_t host) {
  if (is_copy(reception)) {
    ++sums_.left_out.copies;
    return;
  }
  forget_deferred_attempt(reception);
  auto const pair = traffic_.pair_of(host, reception);
  count(reception, host, pair);
  note_judgements(reception, pair, judge(reception, host));
}

bool Replay::is_copy(Reception const& reception) {
  if (reception.copy_of == 0) return false;
  if (copies_.contains(reception.copy_of)) return true;
  if (copies_.size() < most_copies) copies_.emplace(reception.copy_of, true);
  return false;
}

// A deferred attempt that has come after all was no refusal.
void Replay::forget_deferred_attempt(Reception const& reception) {
  auto const repeated = attempts_.accepted(reception);
  if (!repeated) return;
  ++sums_.tried_again;
  --sums_.deferred;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if ((*repeated >> i & 1U) != 0) --rules_[i].refused_anyway;
}

void Replay::count(Reception const& reception, std::uint32_t host, std::uint32_t pair) {
  bool const is_first = sums_.messages == 0;
  ++sums_.messages;
  if (is_first || reception.at < sums_.first) sums_.first = reception.at;
  if (is_first || reception.at > sums_.last) sums_.last = reception.at;
  if (reception.wanted == Wanted::wanted) ++sums_.wanted;
  if (reception.wanted == Wanted::unwanted) ++sums_.unwanted;
  ++traffic_.hosts()[host].messages;
  if (by_pair_.size() <= pair) by_pair_.resize(pair + std::size_t{1});
  by_pair_[pair].add(reception.wanted);
  if (reception.wanted != Wanted::unwanted) traffic_.saw_on(day_number(reception.at), pair);
  count_tls(reception, pair, day_of(reception).day);
}

void Replay::count_tls(Reception const& reception, std::uint32_t pair, Day& day) {
  switch (reception.tls.used) {
    case Tristate::yes:
      ++sums_.over_tls;
      ++day.over_tls;
      ++sums_.versions[version_slot(reception.tls)];
      traffic_.saw_tls_message(pair);
      break;
    case Tristate::no:
      ++sums_.in_the_clear;
      ++day.in_the_clear;
      break;
    case Tristate::unknown:
      ++sums_.unknown;
      ++day.unknown;
      break;
  }
}

Replay::DayCounts& Replay::day_of(Reception const& reception) {
  auto const number = day_number(reception.at);
  if (today_ != nullptr && number == today_number_) return *today_;
  bool const has_room = days_.size() < most_days || days_.contains(number);
  today_ = has_room ? &days_[number] : &days_.begin()->second;
  today_number_ = number;
  today_->lost.resize(rules_.size());
  return *today_;
}

void Replay::note_judgements(Reception const& reception, std::uint32_t pair,
                             std::vector<Judgement> const& judgements) {
  auto const cell = cells_.add(day_number(reception.at), pair);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    auto& state = rules_[i];
    if (judgements[i] == Judgement::lost) ++day_of(reception).lost[i];
    state.tally.count(reception, pair, cell, judgements[i], why_lost(state.rule, reception), recipients_);
  }
}

void Replay::refusal(Reception const& reception, std::uint32_t host) {
  auto const& judgements = judge(reception, host);
  RuleBits rules = 0;
  for (auto& state : rules_) state.tally.saw_refused(reception);
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (judgements[i] == Judgement::lost) rules |= RuleBits{1} << i;
  if (reception.outcome == policy::Outcome::deferred) {
    if (!attempts_.deferred(reception, rules)) return;
    ++sums_.deferred;
  } else {
    ++sums_.refused;
  }
  if (reception.for_want_of_tls) ++sums_.refused_for_tls;
  add_refused_anyway(rules);
}

void Replay::add_refused_anyway(RuleBits rules) {
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if ((rules >> i & 1U) != 0) ++rules_[i].refused_anyway;
}

RuleAnswer Replay::answer_for(RuleState const& state, Answer const& answer, CountedMail const& mail) const {
  RuleAnswer out;
  out.rule = state.rule.name;
  out.meaning = state.rule.meaning;
  out.breaks_rfc3207 = state.rule.breaks_rfc3207;
  out.defers = state.rule.defers;
  out.refused_anyway = state.refused_anyway;
  state.tally.answer(mail, out);
  double const months = answer.days_spanned() / 30;
  out.per_30_days = static_cast<double>(out.lost.lost) / months;
  out.would_not_come_per_30_days = static_cast<double>(out.would_not_come) / months;
  return out;
}

Answer Replay::answer() const {
  auto out = sums_;
  boost::unordered_flat_map<std::uint32_t, bool> senders;
  for (auto const& pair : traffic_.pairs()) senders.emplace(pair.sender, true);
  out.sender_domains = senders.size();
  for (auto const& host : traffic_.hosts())
    if (host.messages > 0) ++out.hosts;
  for (auto const& [number, counts] : days_) {
    out.days.push_back(counts.day);
    out.days.back().day = number;
  }
  for (auto& note : private_clients_.notes(sums_.messages)) out.notes.push_back(std::move(note));
  out.unseen = estimate_unseen(traffic_, out.days_spanned());
  out.shown = settings_.shown;
  Senders const owners(traffic_);
  CountedMail const mail{.traffic = traffic_,
                         .senders = owners,
                         .by_pair = by_pair_,
                         .cells = cells_,
                         .recipients = recipients_,
                         .by_network = settings_.shown.by_network,
                         .countries = settings_.countries ? &*settings_.countries : nullptr};
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    out.rules.push_back(answer_for(rules_[i], out, mail));
    for (auto const& [number, counts] : days_) out.rules.back().lost_by_day.push_back(counts.lost[i]);
  }
  return out;
}

}  // namespace postern::whatif

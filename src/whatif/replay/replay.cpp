#include "whatif/replay/replay.hpp"

#include <algorithm>

namespace postern::whatif {
namespace {

constexpr std::size_t most_copies = 8'000'000;  // messages whose copies are known
constexpr std::size_t most_days = 20'000;       // 54 years: beyond, times are junk

std::int64_t day_of(Instant at) {
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

}  // namespace

Replay::Replay(std::vector<Rule> rules, ReplaySettings settings)
    : settings_(std::move(settings)), attempts_(settings_.retry_time) {
  for (auto& rule : rules) {
    if (rule.asks_sender) judge_.wants_sender();
    if (rules_.size() < most_rules)
      rules_.push_back({std::move(rule), {}, {}, {}, 0, policy::DeferredMail()});
  }
}

// What did not arrive from outside is not counted.
bool Replay::left_out(Arrival const& arrival) {
  auto& out = sums_.left_out;
  std::uint64_t const one = arrival.is_message() ? 1 : 0;
  if (arrival.origin == Origin::authenticated) return out.authenticated += one, true;
  if (arrival.origin == Origin::local) return out.local += one, true;
  if (!arrival.has_client) return out.no_address += one, true;
  if (arrival.client.is_loopback()) return out.loopback += one, true;
  for (auto const& network : settings_.internal)
    if (network.contains(arrival.client)) return out.internal += one, true;
  return false;
}

void Replay::take(Arrival&& arrival) {
  if (left_out(arrival)) return;
  auto const host = traffic_.host_of(arrival);
  traffic_.saw_tls(host, arrival.tls);
  bool const in_time = (!settings_.since || arrival.at >= *settings_.since) &&
                       (!settings_.until || arrival.at < *settings_.until);
  if (arrival.is_message()) {
    if (!in_time)
      ++sums_.left_out.out_of_time;
    else if (arrival.outcome == policy::Outcome::accepted)
      message(arrival, host);
    else
      refusal(arrival, host);
  } else if (in_time && !arrival.tls.failure.empty() && arrival.tls.used != Answered::yes) {
    ++sums_.failed_handshakes;
  }
  if (arrival.is_message()) remember_mail(arrival, host);
  if (arrival.kind != Arrival::Kind::message) remember_session(arrival, host);
}

void Replay::hear(Arrival const& arrival, std::uint32_t host) {
  judge_.hear(arrival, memory_, traffic_.identity(traffic_.hosts()[host].identity));
}

std::vector<Judgement> Replay::judge() {
  std::vector<Judgement> judgements;
  judgements.reserve(rules_.size());
  for (auto& state : rules_) judgements.push_back(judge_.of(state.rule, state.deferred));
  return judgements;
}

// The gate's own memory, fed with what the source tells.
void Replay::remember_mail(Arrival const& arrival, std::uint32_t host) {
  policy::ConnectionFacts connection;
  if (arrival.tls.used == Answered::no) {
    connection.client = arrival.client;
    connection.identity = traffic_.identity(traffic_.hosts()[host].identity);
    remember_clear(memory_, connection, arrival.at);
  }
  if (arrival.facts && arrival.outcome == policy::Outcome::accepted)
    remember_sender(memory_, arrival.facts->connection, arrival.facts->transaction);
}

void Replay::remember_session(Arrival const& arrival, std::uint32_t host) {
  bool const used = arrival.tls.used == Answered::yes;
  if (!used && arrival.tls.failure.empty()) return;
  policy::ConnectionFacts connection;
  connection.client = arrival.client;
  connection.identity = traffic_.identity(traffic_.hosts()[host].identity);
  connection.ended = arrival.at;
  connection.tls.state = used ? policy::TlsState::established : policy::TlsState::failed;
  connection.tls.version = arrival.tls.version;
  connection.tls.failure = arrival.tls.failure;
  remember(memory_, connection);
}

void Replay::message(Arrival const& arrival, std::uint32_t host) {
  if (arrival.copy_of != 0) {
    if (copies_.contains(arrival.copy_of)) {
      ++sums_.left_out.copies;
      return;
    }
    if (copies_.size() < most_copies) copies_.emplace(arrival.copy_of, true);
  }
  if (auto const repeated = attempts_.accepted(arrival)) {
    ++sums_.tried_again;
    --sums_.deferred;
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if ((*repeated >> i & 1U) != 0) --rules_[i].refused_anyway;
  }
  if (sums_.messages++ == 0) sums_.first = sums_.last = arrival.at;
  sums_.first = std::min(sums_.first, arrival.at);
  sums_.last = std::max(sums_.last, arrival.at);
  auto const wanted = static_cast<std::size_t>(arrival.wanted);
  if (arrival.wanted == Wanted::wanted) ++sums_.wanted;
  if (arrival.wanted == Wanted::unwanted) ++sums_.unwanted;
  ++traffic_.hosts()[host].messages;
  if (by_host_.size() <= host) by_host_.resize(host + 1);
  ++by_host_[host].of[wanted];
  auto const pair = traffic_.pair_of(host, arrival);

  auto const day = day_of(arrival.at);
  if (today_ == nullptr || day != today_number_) {
    today_ = &(days_.size() < most_days || days_.contains(day) ? days_[day] : days_.begin()->second);
    today_number_ = day;
    today_->lost.resize(rules_.size());
  }
  auto& counts = *today_;
  switch (arrival.tls.used) {
    case Answered::yes:
      ++sums_.over_tls, ++counts.day.over_tls, ++sums_.versions[version_slot(arrival.tls)];
      traffic_.saw_tls_message(pair);
      break;
    case Answered::no: ++sums_.in_the_clear, ++counts.day.in_the_clear; break;
    case Answered::unknown: ++sums_.unknown, ++counts.day.unknown; break;
  }

  hear(arrival, host);
  auto const judgements = judge();
  if (on_message_) on_message_(arrival, judgements);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    auto& state = rules_[i];
    auto const judgement = judgements[i];
    if (judgement == Judgement::comes) continue;
    if (judgement == Judgement::unknown) {
      ++(arrival.tls.used == Answered::unknown ? state.untold : state.undecided)[host].of[wanted];
      continue;
    }
    ++counts.lost[i];
    auto const [lost, is_new] = state.lost.try_emplace(pair);
    auto& entry = lost->second;
    if (is_new) entry.first = entry.last = arrival.at;
    entry.first = std::min(entry.first, arrival.at);
    entry.last = std::max(entry.last, arrival.at);
    auto& kind = state.rule.of_owner && !state.rule.breaks_rfc3207 ? entry.matched
                 : arrival.tls.used != Answered::yes               ? entry.clear
                 : state.rule.of_owner                             ? entry.matched
                 : state.rule.asks_certificate                     ? entry.no_certificate
                                                                   : entry.old;
    ++kind.of[wanted];
  }
}

void Replay::refusal(Arrival const& arrival, std::uint32_t host) {
  hear(arrival, host);
  auto const judgements = judge();
  if (on_message_) on_message_(arrival, judgements);
  std::uint64_t rules = 0;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if (judgements[i] == Judgement::lost) rules |= std::uint64_t{1} << i;
  if (arrival.outcome == policy::Outcome::deferred) {
    if (!attempts_.deferred(arrival, rules)) return;
    ++sums_.deferred;
  } else {
    ++sums_.refused;
  }
  if (arrival.for_want_of_tls) ++sums_.refused_for_tls;
  for (std::size_t i = 0; i < rules_.size(); ++i)
    if ((rules >> i & 1U) != 0) ++rules_[i].refused_anyway;
}

Reason Replay::reason_in_the_clear(Traffic::Pair const& pair) const {
  auto const& host = traffic_.hosts()[pair.host];
  if (host.speaks_tls) return Reason::host_speaks_tls;
  if (host.failed_tls) return Reason::tls_failed;
  auto const& sender = traffic_.senders()[pair.sender];
  bool const is_domain = !sender.domain.starts_with('<') && !sender.domain.starts_with('(');
  return is_domain && sender.speaks_tls ? Reason::domain_speaks_tls : Reason::never_tls;
}

void Replay::add_senders(RuleState const& state, RuleAnswer& out) const {
  struct Gathered {
    LostSender sender;
    std::array<std::uint64_t, reason_count> reasons{};
    std::vector<std::pair<std::uint64_t, std::uint32_t>> hosts;  // messages, host
  };
  boost::unordered_flat_map<std::uint32_t, Gathered> senders;
  boost::unordered_flat_map<std::uint32_t, bool> hosts;
  for (auto const& [index, lost] : state.lost) {
    auto const& pair = traffic_.pairs()[index];
    hosts.emplace(pair.host, true);
    auto& gathered = senders[pair.sender];
    auto& sender = gathered.sender;
    std::uint64_t total = 0;
    auto const add = [&](Counts const& counts, Reason reason) {
      if (counts.total() == 0) return;
      gathered.reasons[static_cast<std::size_t>(reason)] += counts.total();
      out.reasons[static_cast<std::size_t>(reason)] += counts.total();
      sender.wanted += counts.of[static_cast<std::size_t>(Wanted::wanted)];
      sender.unwanted += counts.of[static_cast<std::size_t>(Wanted::unwanted)];
      total += counts.total();
    };
    add(lost.clear, reason_in_the_clear(pair));
    add(lost.old, Reason::old_tls);
    add(lost.no_certificate, Reason::no_client_certificate);
    add(lost.matched, Reason::matched_rule);
    if (sender.messages == 0) sender.first = lost.first, sender.last = lost.last;
    sender.first = std::min(sender.first, lost.first);
    sender.last = std::max(sender.last, lost.last);
    sender.messages += total;
    gathered.hosts.emplace_back(total, pair.host);
  }
  out.hosts = hosts.size();
  out.sender_domains = senders.size();
  for (auto& [index, gathered] : senders) {
    auto& sender = gathered.sender;
    sender.domain = traffic_.senders()[index].domain;
    auto const most = std::max_element(gathered.reasons.begin(), gathered.reasons.end());
    sender.reason = static_cast<Reason>(most - gathered.reasons.begin());
    std::sort(gathered.hosts.begin(), gathered.hosts.end(), [&](auto const& a, auto const& b) {
      return a.first != b.first
                 ? a.first > b.first
                 : traffic_.hosts()[a.second].address.bytes() < traffic_.hosts()[b.second].address.bytes();
    });
    sender.host_count = gathered.hosts.size();
    for (auto const& [messages, host] : gathered.hosts) {
      if (sender.failure.empty()) sender.failure = traffic_.failure(traffic_.hosts()[host].failure);
      if (sender.hosts.size() < LostSender::hosts_kept)
        sender.hosts.push_back(traffic_.hosts()[host].address.print());
    }
    out.senders.push_back(std::move(sender));
  }
  std::sort(out.senders.begin(), out.senders.end(), [](LostSender const& a, LostSender const& b) {
    return a.messages != b.messages ? a.messages > b.messages : a.domain < b.domain;
  });
}

// The losses of all, of the wanted and of the unwanted mail, with intervals resampled by sending host: by its
// identity, as the gate would know it. Messages of which it is not known whether they came over TLS are left
// out; those over TLS of which it is not known how may be lost or not: the interval holds both.
void Replay::add_losses(RuleState const& state, RuleAnswer& out, Random& random) const {
  struct Sums {
    std::array<std::uint64_t, 3> messages{}, lost{}, undecided{};
  };
  std::vector<Sums> identities(traffic_.identity_count());
  auto const count_of = [](auto const& by_host, std::uint32_t host, std::size_t w) {
    auto const found = by_host.find(host);
    return found == by_host.end() ? 0U : found->second.of[w];
  };
  for (std::uint32_t host = 0; host < by_host_.size(); ++host) {
    auto& sums = identities[traffic_.hosts()[host].identity];
    for (std::size_t w = 0; w < 3; ++w) {
      auto const untold = count_of(state.untold, host, w), undecided = count_of(state.undecided, host, w);
      sums.messages[w] += by_host_[host].of[w] - untold;
      sums.undecided[w] += undecided;
      out.unknown += untold + undecided;
    }
  }
  for (auto const& [index, lost] : state.lost) {
    auto& sums = identities[traffic_.hosts()[traffic_.pairs()[index].host].identity];
    for (std::size_t w = 0; w < 3; ++w)
      sums.lost[w] += lost.clear.of[w] + lost.old.of[w] + lost.no_certificate.of[w] + lost.matched.of[w];
  }
  auto const loss = [&](auto&& counted) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> least, most;
    Loss result;
    for (auto const& sums : identities) {
      std::uint64_t messages = 0, lost = 0, undecided = 0;
      for (std::size_t w = 0; w < 3; ++w)
        if (counted(static_cast<Wanted>(w)))
          messages += sums.messages[w], lost += sums.lost[w], undecided += sums.undecided[w];
      if (messages == 0) continue;
      result.messages += messages;
      result.lost += lost;
      ++least[{messages, lost}];
      ++most[{messages, lost + undecided}];
    }
    auto const clusters = [](auto const& alike) {
      std::vector<Cluster> all;
      for (auto const& [what, hosts] : alike) all.push_back({what.first, what.second, hosts});
      return all;
    };
    if (result.messages > 0)
      result.share = static_cast<double>(result.lost) / static_cast<double>(result.messages);
    result.share_95 = share_interval(clusters(least), random);
    if (most != least) result.share_95.high = share_interval(clusters(most), random).high;
    result.too_little = too_little(clusters(least));
    return result;
  };
  out.lost = loss([](Wanted) { return true; });
  out.wanted = loss([](Wanted w) { return w == Wanted::wanted; });
  out.unwanted = loss([](Wanted w) { return w == Wanted::unwanted; });
}

RuleAnswer Replay::answer_for(RuleState const& state, Answer const& answer, Random& random) const {
  RuleAnswer out;
  out.rule = state.rule.name;
  out.meaning = state.rule.meaning;
  out.breaks_rfc3207 = state.rule.breaks_rfc3207;
  out.defers = state.rule.defers;
  out.refused_anyway = state.refused_anyway;
  add_senders(state, out);
  add_losses(state, out, random);
  out.per_30_days = static_cast<double>(out.lost.lost) / answer.days_spanned() * 30;
  return out;
}

Answer Replay::answer(Random& random) const {
  auto out = sums_;
  boost::unordered_flat_map<std::uint32_t, bool> senders;
  for (auto const& pair : traffic_.pairs()) senders.emplace(pair.sender, true);
  out.sender_domains = senders.size();
  for (auto const& host : traffic_.hosts()) out.hosts += host.messages > 0 ? 1 : 0;
  for (auto const& [number, counts] : days_) {
    out.days.push_back(counts.day);
    out.days.back().day = number;
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    out.rules.push_back(answer_for(rules_[i], out, random));
    for (auto const& [number, counts] : days_) out.rules.back().lost_by_day.push_back(counts.lost[i]);
  }
  return out;
}

}  // namespace postern::whatif

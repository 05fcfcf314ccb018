#include "whatif/replay/losses.hpp"

#include <algorithm>

namespace postern::whatif {
namespace {

constexpr std::size_t index_of(Wanted wanted) { return static_cast<std::size_t>(wanted); }

Reason reason_in_plaintext(Traffic const& traffic, Traffic::Pair const& pair) {
  auto const& host = traffic.hosts()[pair.host];
  if (host.speaks_tls) return Reason::host_speaks_tls;
  if (host.failed_tls) return Reason::tls_failed;
  auto const& sender = traffic.senders()[pair.sender];
  return sender.is_domain() && sender.speaks_tls ? Reason::domain_speaks_tls : Reason::never_tls;
}

// A sender domain, as the pairs of it with its hosts are added.
struct Gathered {
  LostSender sender;
  std::array<std::uint64_t, reason_count> reasons{};
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hosts;  // messages, host
};

void add_counts(CountsByWanted const& counts, Reason reason, Gathered& gathered, RuleAnswer& out) {
  gathered.reasons[static_cast<std::size_t>(reason)] += counts.total();
  out.reasons[static_cast<std::size_t>(reason)] += counts.total();
  gathered.sender.messages += counts.total();
  gathered.sender.wanted += counts.of[index_of(Wanted::wanted)];
  gathered.sender.unwanted += counts.of[index_of(Wanted::unwanted)];
}

LostSender finished(Gathered&& gathered, Traffic const& traffic) {
  auto& sender = gathered.sender;
  auto const most = std::max_element(gathered.reasons.begin(), gathered.reasons.end());
  sender.reason = static_cast<Reason>(most - gathered.reasons.begin());
  auto const address = [&](std::uint32_t host) { return traffic.hosts()[host].address; };
  std::sort(gathered.hosts.begin(), gathered.hosts.end(), [&](auto const& a, auto const& b) {
    return a.first != b.first ? a.first > b.first : address(a.second).bytes() < address(b.second).bytes();
  });
  sender.host_count = gathered.hosts.size();
  for (auto const& [messages, host] : gathered.hosts) {
    if (sender.failure.empty()) sender.failure = traffic.failure(traffic.hosts()[host].failure);
    if (sender.hosts.size() < LostSender::hosts_kept) sender.hosts.push_back(address(host).print());
  }
  return std::move(sender);
}

void add_to(SenderSums::ByWanted& sums, CountsByWanted const& counts) {
  for (std::size_t w = 0; w < sums.size(); ++w) sums[w] += counts.of[w];
}

// The rule defers and does not refuse: it is no estimate that nothing would be gone.
Loss nothing_of(Loss loss) {
  loss.lost = 0;
  loss.share = 0;
  loss.share_95 = {0, 0};
  loss.effective_lost_senders = 0;
  loss.too_little = loss.messages == 0;
  return loss;
}

// The first of `senders`, if it has most of what would be lost.
std::optional<LossShare> sender_with_most(std::vector<LostSender> const& senders, std::uint64_t lost) {
  if (senders.empty() || lost == 0) return std::nullopt;
  auto const& first = senders.front();
  bool const is_domain = !first.domain.starts_with('<') && !first.domain.starts_with('(');
  double const share = static_cast<double>(first.messages) / static_cast<double>(lost);
  if (!is_domain || share <= 0.5) return std::nullopt;
  return LossShare{.domain = first.domain, .share = share};
}

}  // namespace

Reason reason_of(LostFor why, Traffic const& traffic, Traffic::Pair const& pair) {
  switch (why) {
    case LostFor::plaintext: return reason_in_plaintext(traffic, pair);
    case LostFor::old_tls: return Reason::old_tls;
    case LostFor::no_certificate: return Reason::no_client_certificate;
    case LostFor::matched_rule: break;
  }
  return Reason::matched_rule;
}

bool comes_later(Reason reason) {
  return reason == Reason::domain_speaks_tls || reason == Reason::host_speaks_tls;
}

void Losses::add_lost(std::uint32_t pair, Reception const& reception, LostFor why) {
  auto const [entry, is_new] = lost_.try_emplace(pair);
  auto& lost = entry->second;
  if (is_new || reception.at < lost.first) lost.first = reception.at;
  if (is_new || reception.at > lost.last) lost.last = reception.at;
  lost.why[static_cast<std::size_t>(why)].add(reception.wanted);
}

void Losses::add_unknown(std::uint32_t pair, Reception const& reception) {
  auto& counts = reception.tls.used == Tristate::unknown ? unknown_ : undecided_;
  counts[pair].add(reception.wanted);
}

void Losses::sum_up(Traffic const& traffic, Senders const& senders,
                    std::vector<CountsByWanted> const& by_pair, RuleAnswer& out) const {
  add_senders(traffic, out);
  auto const sums = sums_by_sender(traffic, senders, by_pair, out);
  out.lost = loss_of(sums, senders, any_kind, LostMail::lost);
  out.wanted = loss_of(sums, senders, only_wanted, LostMail::lost);
  out.unwanted = loss_of(sums, senders, only_unwanted, LostMail::lost);
  out.gone = loss_of(sums, senders, any_kind, LostMail::gone);
  out.gone_wanted = loss_of(sums, senders, only_wanted, LostMail::gone);
  if (out.defers) {
    out.gone = nothing_of(out.gone);
    out.gone_wanted = nothing_of(out.gone_wanted);
  }
  out.would_not_come = out.gone.lost;
  out.would_come_later = out.lost.lost - out.gone.lost;
  out.not_known = out.unknown;
  out.if_steady = share_if_steady(sums, senders, traffic);
  out.mostly = sender_with_most(out.senders, out.lost.lost);
}

void Losses::add_senders(Traffic const& traffic, RuleAnswer& out) const {
  boost::unordered_flat_map<std::uint32_t, Gathered> senders;
  boost::unordered_flat_map<std::uint32_t, bool> hosts;
  for (auto const& [index, lost] : lost_) {
    auto const& pair = traffic.pairs()[index];
    hosts.emplace(pair.host, true);
    auto& gathered = senders[pair.sender];
    auto& sender = gathered.sender;
    if (gathered.hosts.empty() || lost.first < sender.first) sender.first = lost.first;
    if (gathered.hosts.empty() || lost.last > sender.last) sender.last = lost.last;
    auto const before = sender.messages;
    for (std::size_t i = 0; i < lost.why.size(); ++i)
      add_counts(lost.why[i], reason_of(static_cast<LostFor>(i), traffic, pair), gathered, out);
    gathered.hosts.emplace_back(sender.messages - before, pair.host);
  }
  out.hosts = hosts.size();
  out.sender_domains = senders.size();
  for (auto& [index, gathered] : senders) {
    out.senders.push_back(finished(std::move(gathered), traffic));
    out.senders.back().domain = traffic.senders()[index].domain;
  }
  std::sort(out.senders.begin(), out.senders.end(), [](LostSender const& a, LostSender const& b) {
    return a.messages != b.messages ? a.messages > b.messages : a.domain < b.domain;
  });
}

// Messages of which it is not known whether they came over TLS are left out of `messages`; those over TLS of
// which it is not known how are undecided.
std::vector<SenderSums> Losses::sums_by_sender(Traffic const& traffic, Senders const& senders,
                                               std::vector<CountsByWanted> const& by_pair,
                                               RuleAnswer& out) const {
  std::vector<SenderSums> sums(senders.count());
  for (std::uint32_t pair = 0; pair < by_pair.size(); ++pair)
    add_to(sums[senders.of(pair)].messages, by_pair[pair]);
  for (auto const& [pair, counts] : unknown_) {
    out.unknown += counts.total();
    for (std::size_t w = 0; w < counts.of.size(); ++w) sums[senders.of(pair)].messages[w] -= counts.of[w];
  }
  for (auto const& [pair, counts] : undecided_) {
    out.unknown += counts.total();
    add_to(sums[senders.of(pair)].undecided, counts);
  }
  for (auto const& [pair, lost] : lost_)
    for (std::size_t i = 0; i < lost.why.size(); ++i) {
      auto& sender = sums[senders.of(pair)];
      add_to(sender.lost, lost.why[i]);
      auto const reason = reason_of(static_cast<LostFor>(i), traffic, traffic.pairs()[pair]);
      if (!out.defers && !comes_later(reason)) add_to(sender.gone, lost.why[i]);
    }
  return sums;
}

}  // namespace postern::whatif

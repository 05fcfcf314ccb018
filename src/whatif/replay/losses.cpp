#include "whatif/replay/losses.hpp"

#include <algorithm>
#include <initializer_list>

namespace postern::whatif {
namespace {

constexpr std::size_t index_of(Wanted wanted) { return static_cast<std::size_t>(wanted); }

Reason reason_in_plaintext(Traffic const& traffic, Traffic::Pair const& pair) {
  auto const& host = traffic.hosts()[pair.host];
  if (host.speaks_tls) return Reason::host_speaks_tls;
  if (host.failed_tls) return Reason::tls_failed;
  auto const& sender = traffic.senders()[pair.sender];
  bool const is_domain = !sender.domain.starts_with('<') && !sender.domain.starts_with('(');
  return is_domain && sender.speaks_tls ? Reason::domain_speaks_tls : Reason::never_tls;
}

Reason reason_of(LostFor why, Traffic const& traffic, Traffic::Pair const& pair) {
  switch (why) {
    case LostFor::plaintext: return reason_in_plaintext(traffic, pair);
    case LostFor::old_tls: return Reason::old_tls;
    case LostFor::no_certificate: return Reason::no_client_certificate;
    case LostFor::matched_rule: break;
  }
  return Reason::matched_rule;
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

std::uint64_t sum_of(std::array<std::uint64_t, 3> const& by_wanted, std::initializer_list<Wanted> which) {
  std::uint64_t sum = 0;
  for (auto const wanted : which) sum += by_wanted[index_of(wanted)];
  return sum;
}

// Of the mail of these kinds. What is lost for sure makes the share; what may be lost, too, widens its
// interval.
template <class Sums>
Loss loss_of(std::vector<Sums> const& identities, std::initializer_list<Wanted> which,
             Resampling const& resampling) {
  std::vector<HostCounts> surely, perhaps;
  Loss loss;
  bool is_decided = true;
  for (std::uint32_t host = 0; host < identities.size(); ++host) {
    auto const& sums = identities[host];
    auto const messages = sum_of(sums.messages, which), lost = sum_of(sums.lost, which);
    if (messages == 0) continue;
    auto const undecided = sum_of(sums.undecided, which);
    loss.messages += messages;
    loss.lost += lost;
    surely.push_back({.host = host, .messages = messages, .lost = lost});
    perhaps.push_back({.host = host, .messages = messages, .lost = lost + undecided});
    is_decided = is_decided && undecided == 0;
  }
  if (loss.messages > 0) loss.share = static_cast<double>(loss.lost) / static_cast<double>(loss.messages);
  loss.share_95 = share_interval(surely, resampling);
  if (!is_decided) loss.share_95.high = share_interval(perhaps, resampling).high;
  loss.too_little = too_little(surely);
  return loss;
}

CountsByWanted counts_of(boost::unordered_flat_map<std::uint32_t, CountsByWanted> const& by_host,
                         std::uint32_t host) {
  auto const found = by_host.find(host);
  return found == by_host.end() ? CountsByWanted() : found->second;
}

}  // namespace

void Losses::add_lost(std::uint32_t pair, Reception const& reception, LostFor why) {
  auto const [entry, is_new] = lost_.try_emplace(pair);
  auto& lost = entry->second;
  if (is_new || reception.at < lost.first) lost.first = reception.at;
  if (is_new || reception.at > lost.last) lost.last = reception.at;
  lost.why[static_cast<std::size_t>(why)].add(reception.wanted);
}

void Losses::add_unknown(std::uint32_t host, Reception const& reception) {
  auto& counts = reception.tls.used == Tristate::unknown ? unknown_ : undecided_;
  counts[host].add(reception.wanted);
}

void Losses::sum_up(Traffic const& traffic, std::vector<CountsByWanted> const& by_host,
                    Resampling const& resampling, RuleAnswer& out) const {
  add_senders(traffic, out);
  auto const identities = sums_by_identity(traffic, by_host, out.unknown);
  out.lost = loss_of(identities, {Wanted::unknown, Wanted::wanted, Wanted::unwanted}, resampling);
  out.wanted = loss_of(identities, {Wanted::wanted}, resampling);
  out.unwanted = loss_of(identities, {Wanted::unwanted}, resampling);
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

// By the identity of the sending host, as the gate would know it. Messages of which it is not known whether
// they came over TLS are left out of `messages`; those over TLS of which it is not known how are undecided.
std::vector<Losses::Sums> Losses::sums_by_identity(Traffic const& traffic,
                                                   std::vector<CountsByWanted> const& by_host,
                                                   std::uint64_t& unknown) const {
  std::vector<Sums> identities(traffic.identity_count());
  for (std::uint32_t host = 0; host < by_host.size(); ++host) {
    auto& sums = identities[traffic.hosts()[host].identity];
    auto const not_known = counts_of(unknown_, host), undecided = counts_of(undecided_, host);
    for (std::size_t w = 0; w < 3; ++w) {
      sums.messages[w] += by_host[host].of[w] - not_known.of[w];
      sums.undecided[w] += undecided.of[w];
    }
    unknown += not_known.total() + undecided.total();
  }
  for (auto const& [index, lost] : lost_) {
    auto& sums = identities[traffic.hosts()[traffic.pairs()[index].host].identity];
    for (auto const& counts : lost.why)
      for (std::size_t w = 0; w < 3; ++w) sums.lost[w] += counts.of[w];
  }
  return identities;
}

}  // namespace postern::whatif

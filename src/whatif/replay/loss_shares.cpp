#include "whatif/replay/loss_shares.hpp"

#include <algorithm>

#include "whatif/replay/share_interval.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_steady = 20;
constexpr std::uint64_t enough_to_be_steady = 50;  // messages
constexpr double many_senders = 100;               // effective: with so many an interval is narrow enough

std::uint64_t sum_of(SenderSums::ByWanted const& by_wanted, std::span<Wanted const> kinds) {
  std::uint64_t sum = 0;
  for (auto const kind : kinds) sum += by_wanted[static_cast<std::size_t>(kind)];
  return sum;
}

// The counts of the senders of each network or domain together.
std::vector<SenderCounts> by_identity(std::vector<SenderCounts> const& counts, Senders const& senders) {
  std::vector<SenderCounts> out;
  for (std::uint32_t sender = 0; sender < counts.size(); ++sender) {
    auto const identity = senders.identity(sender);
    if (out.size() <= identity) out.resize(identity + 1);
    out[identity].messages += counts[sender].messages;
    out[identity].lost += counts[sender].lost;
  }
  return out;
}

ShareEstimate estimate(std::vector<SenderCounts> const& counts, Senders const& senders) {
  auto out = estimate_share(counts);
  auto const wider = estimate_share(by_identity(counts, senders));
  if (wider.effective_senders < SampleSize::enough_senders) return out;
  out.share_95.low = std::min(out.share_95.low, wider.share_95.low);
  out.share_95.high = std::max(out.share_95.high, wider.share_95.high);
  return out;
}

double effective_senders_of(std::vector<SenderCounts> const& counts) {
  double sum = 0, squares = 0;
  for (auto const& count : counts) {
    auto const messages = static_cast<double>(count.messages);
    sum += messages;
    squares += messages * messages;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

}  // namespace

Loss loss_of(std::vector<SenderSums> const& sums, Senders const& senders, std::span<Wanted const> kinds,
             LostMail what) {
  std::vector<SenderCounts> surely, perhaps;
  Loss loss;
  bool is_decided = true;
  for (auto const& sender : sums) {
    auto const messages = sum_of(sender.messages, kinds);
    auto const lost = sum_of(what == LostMail::lost ? sender.lost : sender.gone, kinds);
    auto const undecided = sum_of(sender.undecided, kinds);
    loss.messages += messages;
    loss.lost += lost;
    surely.push_back({.messages = messages, .lost = lost});
    perhaps.push_back({.messages = messages, .lost = lost + undecided});
    is_decided = is_decided && undecided == 0;
  }
  auto const estimated = estimate(surely, senders);
  loss.share = estimated.share;
  loss.share_95 = estimated.share_95;
  loss.effective_senders = estimated.effective_senders;
  loss.effective_lost_senders = estimated.effective_lost_senders;
  loss.too_little = estimated.too_little;
  if (!is_decided)
    loss.share_95.high = std::max(loss.share_95.high, estimate(perhaps, senders).share_95.high);
  return loss;
}

std::optional<SteadyShare> share_if_steady(std::vector<SenderSums> const& sums, Senders const& senders,
                                           Traffic const& traffic) {
  std::vector<SenderCounts> rest;
  std::vector<std::uint32_t> largest;
  std::uint64_t all = 0;
  for (std::uint32_t sender = 0; sender < sums.size(); ++sender) {
    auto const messages = sum_of(sums[sender].messages, any_kind);
    auto const lost = sum_of(sums[sender].lost, any_kind) + sum_of(sums[sender].undecided, any_kind);
    rest.push_back({.messages = messages, .lost = lost});
    if (messages > 0) largest.push_back(sender);
    all += messages;
  }
  if (all == 0 || effective_senders_of(rest) >= many_senders) return std::nullopt;
  std::stable_sort(largest.begin(), largest.end(),
                   [&](auto a, auto b) { return rest[a].messages > rest[b].messages; });
  SteadyShare out;
  std::uint64_t theirs = 0;
  for (auto const sender : largest) {
    auto& counts = rest[sender];
    if (counts.messages < enough_to_be_steady || out.senders.size() == most_steady ||
        effective_senders_of(rest) >= many_senders)
      break;
    if (counts.lost > 0) continue;
    out.senders.push_back(senders.name(sender, traffic));
    theirs += counts.messages;
    counts = {};
  }
  auto const estimated = estimate(rest, senders);
  if (out.senders.empty() || estimated.too_little) return std::nullopt;
  out.their_share = static_cast<double>(theirs) / static_cast<double>(all);
  out.share_95 = {estimated.share_95.low * (1 - out.their_share),
                  estimated.share_95.high * (1 - out.their_share)};
  return out;
}

}  // namespace postern::whatif

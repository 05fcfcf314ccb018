#include "whatif/replay/share_interval.hpp"

#include <algorithm>
#include <cmath>

#include "whatif/replay/beta_quantile.hpp"

namespace postern::whatif {
namespace {

constexpr double doubt_above = 0.025, doubt_below = 0.005, doubt_when_none = 0.03;

struct ShareSums {
  double count = 0, messages = 0, lost = 0;
  double messages_squared = 0, lost_squared = 0, kept_squared = 0;
};

ShareSums sums_of(std::span<SenderCounts const> senders) {
  ShareSums sums;
  for (auto const& sender : senders) {
    auto const messages = static_cast<double>(sender.messages), lost = static_cast<double>(sender.lost);
    if (sender.messages > 0) ++sums.count;
    sums.messages += messages;
    sums.lost += lost;
    sums.messages_squared += messages * messages;
    sums.lost_squared += lost * lost;
    sums.kept_squared += (messages - lost) * (messages - lost);
  }
  return sums;
}

double effective_number(double sum, double squares) { return squares > 0 ? sum * sum / squares : 0; }

// Of the ratio of two sums over senders (linearized; Cochran 1977, section 2.11).
double variance_of(std::span<SenderCounts const> senders, ShareSums const& sums, double share) {
  double squares = 0;
  for (auto const& sender : senders) {
    double const rest = static_cast<double>(sender.lost) - share * static_cast<double>(sender.messages);
    squares += rest * rest;
  }
  return squares / (sums.messages * sums.messages) * sums.count / std::max(1.0, sums.count - 1);
}

Interval interval_between(double share, double equal_senders) {
  double const lost = share * equal_senders, kept = equal_senders - lost;
  return {beta_quantile(lost, kept + 1, doubt_below), beta_quantile(lost + 1, kept, 1 - doubt_above)};
}

}  // namespace

Interval exact_interval(double effective_senders, bool all_lost) {
  if (effective_senders <= 0) return {};
  double const limit = -std::expm1(std::log(doubt_when_none) / effective_senders);  // 1 - 0.03^(1/n)
  return all_lost ? Interval{1 - limit, 1} : Interval{0, limit};
}

ShareEstimate estimate_share(std::span<SenderCounts const> senders) {
  ShareEstimate out;
  auto const sums = sums_of(senders);
  if (sums.messages <= 0) return out;
  out.share = sums.lost / sums.messages;
  out.effective_senders = effective_number(sums.messages, sums.messages_squared);
  out.effective_lost_senders = effective_number(sums.lost, sums.lost_squared);
  out.too_little = out.effective_senders < SampleSize::enough_senders;
  bool const none_lost = sums.lost <= 0, all_lost = sums.lost >= sums.messages;
  if (none_lost || all_lost) {
    out.share_95 = exact_interval(out.effective_senders, all_lost);
    return out;
  }
  double const fewer =
      std::min(out.effective_lost_senders, effective_number(sums.messages - sums.lost, sums.kept_squared));
  out.too_little = out.too_little || fewer < SampleSize::enough_lost_senders;
  double equal_senders = out.effective_senders;
  double const variance = variance_of(senders, sums, out.share);
  if (variance > 0)
    equal_senders = std::min(equal_senders, out.share * (1 - out.share) / variance * fewer / (fewer + 3));
  out.share_95 = interval_between(out.share, equal_senders);
  return out;
}

}  // namespace postern::whatif

#include "whatif/replay/unseen_senders.hpp"

#include <cmath>

namespace postern::whatif {
namespace {

constexpr double enough_days = 7;
constexpr std::uint64_t enough_domains = 20;

// Of the bias-corrected estimate (Chao 1987; Colwell's EstimateS, appendix B).
double variance_of_unseen(double once, double twice, double factor) {
  double const more = twice + 1;
  return factor * once * (once - 1) / (2 * more) +
         factor * factor * once * std::pow(2 * once - 1, 2) / (4 * more * more) +
         factor * factor * once * once * twice * std::pow(once - 1, 2) / (4 * std::pow(more, 4));
}

}  // namespace

UnseenSenders estimate_unseen(Traffic const& traffic, double days) {
  UnseenSenders out;
  double sightings = 0;
  for (auto const& sender : traffic.senders()) {
    if (sender.days == 0 || !sender.is_domain()) continue;
    ++out.seen;
    sightings += sender.days;
    if (sender.days == 1) ++out.seen_once;
    if (sender.days == 2) ++out.seen_twice;
  }
  out.is_told = days >= enough_days && out.seen >= enough_domains && out.seen_once < out.seen;
  if (!out.is_told) return out;
  auto const once = static_cast<double>(out.seen_once), twice = static_cast<double>(out.seen_twice);
  out.share_of_sightings = once / sightings;
  double const factor = (sightings - 1) / sightings;
  out.estimate = factor * once * (once - 1) / (2 * (twice + 1));
  if (out.estimate <= 0) return out;
  double const variance = variance_of_unseen(once, twice, factor);
  double const spread = std::exp(1.96 * std::sqrt(std::log1p(variance / (out.estimate * out.estimate))));
  out.low = out.estimate / spread;
  out.high = out.estimate * spread;
  // As many sightings again (Chao and Jost 2012, extrapolation to twice the sample).
  out.expected =
      -out.estimate * std::expm1(sightings * std::log1p(-once / (sightings * out.estimate + once)));
  return out;
}

}  // namespace postern::whatif

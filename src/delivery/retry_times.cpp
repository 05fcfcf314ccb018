#include "delivery/retry_times.hpp"

#include <algorithm>

namespace postern::delivery {

Instant next_attempt(RetrySettings const& settings, Instant now, std::uint32_t attempts, Random& random) {
  std::int64_t interval = settings.first.count();
  for (std::uint32_t i = 1; i < attempts && interval < settings.longest.count(); ++i) interval *= 2;
  interval = std::min<std::int64_t>(interval, settings.longest.count());
  std::int64_t const tenth = interval / 10;
  auto const jitter =
      tenth == 0 ? 0
                 : static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(2 * tenth)) - tenth;
  return now + Duration(interval + jitter);
}

Instant next_try(RetrySettings const& settings, Retry const& retry, Random& random) {
  auto due = std::max(retry.not_before, next_attempt(settings, retry.now, retry.attempts, random));
  auto const notice = retry.arrived + settings.delay_notice;
  if (retry.wants_delay_notice && retry.now < notice) due = std::min(due, notice);
  return std::min(due, std::max(retry.arrived + settings.lifetime, retry.now + settings.first));
}

}  // namespace postern::delivery

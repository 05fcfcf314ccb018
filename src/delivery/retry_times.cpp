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

}  // namespace postern::delivery

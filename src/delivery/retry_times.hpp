// When a delivery that failed for now is tried again, and when it is given up.
#pragma once

#include <cstdint>

#include "base/instant.hpp"
#include "base/random.hpp"

namespace postern::delivery {

struct RetrySettings {
  Duration first = std::chrono::minutes(1);
  Duration longest = std::chrono::hours(4);
  Duration delay_notice =
      std::chrono::hours(4);  // after which a sender who asked for it is told of the delay
  Duration lifetime = std::chrono::hours(24 * 5);  // RFC 5321 section 4.5.4.1: at least four to five days
};

// After the attempt number `attempts` (from 1): twice as long as before, up to the longest, give or take a
// tenth.
Instant next_attempt(RetrySettings const& settings, Instant now, std::uint32_t attempts, Random& random);

// What a recipient's next attempt depends on, after one that failed for now.
struct Retry {
  Instant now{};
  Instant arrived{};                // the message
  std::uint32_t attempts = 1;       // made so far
  bool wants_delay_notice = false;  // its sender
  Instant not_before{};             // of its destination
};

// Each wait is twice the one before, and the destination has its say; but there is an attempt exactly when a
// notice of the delay is due, and a last one exactly at the end of the lifetime.
Instant next_try(RetrySettings const& settings, Retry const& retry, Random& random);

}  // namespace postern::delivery

// How far a share that was measured may be from the true one: 95 % intervals.
#pragma once

namespace postern::whatif {

struct Interval {
  double low = 0, high = 1;
};

// What is enough to tell a share: effective numbers of senders (Loss).
struct SampleSize {
  static constexpr double enough_senders = 20;
  static constexpr double enough_lost_senders = 3;  // or none at all
};

}  // namespace postern::whatif

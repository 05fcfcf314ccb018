// How far a share that was measured may be from the true one: 95 % intervals.
#pragma once

namespace postern::whatif {

struct Interval {
  double low = 0, high = 1;
};

}  // namespace postern::whatif

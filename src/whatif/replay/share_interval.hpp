// The 95 % interval of a share that was measured by counting the messages of senders.
//
// What is estimated is the share in a like period to come: of mail from senders drawn, as those that were
// seen, from all who might write, the senders not seen yet among them. So the unit is the sender, and one
// that brings more tells no more. The interval is that of Clopper and Pearson (1934) for as many equal
// senders as the unequal ones are worth, as Korn and Graubard (1998) take it for surveys. What they are worth
// is the smaller of two numbers: Kish's (sum n)^2 / (sum n^2) of all senders, which allows for a large one in
// plaintext that is yet to come; and what the variance of the ratio of sums says, less what Student's t takes
// off when few senders make the share. No random numbers: the same counts have the same interval.
// docs/whatif.md has the measured coverage.
#pragma once

#include <cstdint>
#include <span>

#include "whatif/interval.hpp"

namespace postern::whatif {

// What one sender brought, and how much of it would be lost.
struct SenderCounts {
  std::uint64_t messages = 0;
  std::uint64_t lost = 0;
};

struct ShareEstimate {
  double share = 0;
  Interval share_95;
  double effective_senders = 0;
  double effective_lost_senders = 0;
  bool too_little = true;  // by SampleSize
};

// The true share is above the interval in at most 2.5 %, below it in 0.5 %: a share is told only when several
// senders made it, and those that are told are the higher ones. `senders`: each once; those without messages
// may be left out.
ShareEstimate estimate_share(std::span<SenderCounts const> senders);

// The interval when nothing, or everything, is lost of as many equal senders as this: one-sided, 97 %.
Interval exact_interval(double effective_senders, bool all_lost);

}  // namespace postern::whatif

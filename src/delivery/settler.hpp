// Draws the consequences of an attempt: reports to the sender where one is due, records what became of each
// recipient, and says when it is tried again. A report is safe on disk before the failure it reports is
// settled. Of one loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/counters.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "delivery/destination.hpp"
#include "delivery/retry_times.hpp"
#include "net/event_loop.hpp"
#include "store/evidence.hpp"
#include "store/spool.hpp"
#include "wire/delivery_report.hpp"

namespace postern::delivery {

struct SettleServices {
  net::EventLoop& loop;
  store::Spool& spool;
  store::Evidence& evidence;
  Log& log;
  Counters& counters;
  Random& random;
};

struct SettleConfig {
  std::string hostname;
  RetrySettings retry;
};

class Settler {
 public:
  explicit Settler(SettleServices services) : services_(services) {}

  // `not_before`: when the destination is tried again at the earliest.
  net::Task<void> conclude(SettleConfig config, Attempt attempt, std::string destination,
                           std::vector<RecipientOutcome> outcomes, Instant not_before);

 private:
  net::Task<bool> report(wire::Action action, SettleConfig const* config, Attempt const* attempt,
                         std::vector<RecipientOutcome> const* outcomes);
  void settle(SettleConfig const& config, Attempt const& attempt, std::string const& destination,
              std::vector<RecipientOutcome> const& outcomes, Instant not_before);
  Instant next_try(SettleConfig const& config, wire::Envelope const& envelope,
                   wire::QueuedRecipient const& recipient, Instant not_before);

  SettleServices services_;
};

}  // namespace postern::delivery

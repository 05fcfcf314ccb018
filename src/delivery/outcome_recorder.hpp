// Draws the consequences of an attempt: reports to the sender where a report is due, records what became of
// each recipient, and says when it is tried again. Order: a report is safe on disk before the failure that it
// reports is recorded, so that no failure goes unreported. What the spool forgets in a power cut is attempted
// again; thus every message is delivered or reported at least once. Nobody is told of a report that fails, so
// the log is (event report-lost). Thread: its event loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
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

struct OutcomeServices {
  net::EventLoop& loop;
  store::Spool& spool;
  store::Evidence& evidence;
  Log& log;
  Counters& counters;
  Random& random;
  Clock const& clock;
};

struct OutcomeConfig {
  std::string hostname;
  RetrySettings retry;
};

class OutcomeRecorder {
 public:
  explicit OutcomeRecorder(OutcomeServices services) : services_(services) {}

  // `not_before`: when the destination is tried again at the earliest.
  net::Task<void> record(OutcomeConfig config, Attempt attempt, std::string destination,
                         std::vector<RecipientOutcome> outcomes, Instant not_before);

  // For an attempt of which nothing better is known, since recording it has failed unexpectedly: counts it
  // for each recipient, who is tried again later. Reports nothing and gives nobody up; waits for nothing.
  void put_off(OutcomeConfig const& config, Attempt attempt, std::string const& destination);

 private:
  net::Task<bool> report(wire::Action action, OutcomeConfig const* config, Attempt const* attempt,
                         std::vector<RecipientOutcome> const* outcomes);
  void settle(OutcomeConfig const& config, Attempt const& attempt, std::string const& destination,
              std::vector<RecipientOutcome> const& outcomes, Instant not_before);
  void log_lost_report(Attempt const& attempt, RecipientOutcome const& outcome);
  void log_outcome(Attempt const& attempt, std::string const& destination, RecipientOutcome const& outcome,
                   wire::Settlement const& settlement);

  OutcomeServices services_;
};

}  // namespace postern::delivery

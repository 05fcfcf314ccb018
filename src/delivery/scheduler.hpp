// Keeps what is due and has it delivered: groups a message's recipients by destination, limits what runs at
// once for each, tries again with growing intervals, and reports to the sender what failed for good. At least
// once: an outcome is recorded before a message is forgotten, a report is safe before its failure is settled.
// Of the delivery loop; accepted(), retry() and reload() from any thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/counters.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "delivery/destination.hpp"
#include "delivery/retry_times.hpp"
#include "delivery/route.hpp"
#include "net/event_loop.hpp"
#include "net/worker_pool.hpp"
#include "policy/directory.hpp"
#include "store/evidence.hpp"
#include "store/file.hpp"
#include "store/spool.hpp"
#include "wire/delivery_report.hpp"

namespace postern::delivery {

struct DeliveryConfig {
  std::string hostname;
  std::shared_ptr<policy::Directory const> directory;
  RetrySettings retry;
};

struct DeliveryServices {
  store::Spool& spool;
  store::Evidence& evidence;
  store::Files& files;
  Log& log;
  Counters& counters;
  Random& random;
};

class Scheduler {
 public:
  static constexpr std::size_t at_once_per_destination = 10;
  static constexpr std::size_t messages_in_work = 10'000;

  Scheduler(net::EventLoop& loop, DeliveryServices services, std::shared_ptr<DeliveryConfig const> config);
  ~Scheduler();

  void start();  // with what is in the spool
  void accepted(std::vector<MessageId> const& ids);
  void retry(MessageId id);  // now, whatever its due time
  void retry_all();
  void reload(std::shared_ptr<DeliveryConfig const> config);
  void stop();                              // begins nothing more; what runs ends by itself
  void join_workers() { workers_.join(); }  // once the loop has stopped, and before the spool goes

 private:
  struct Work {
    MessageId id;
    Route route;
    std::vector<std::uint32_t> recipients;
  };
  struct Lane {  // of a destination
    std::deque<Work> waiting;
    std::size_t running = 0;
  };
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, net::Executor>;

  void schedule(MessageId id, Instant due);
  void look();  // begins what is due
  void begin(MessageId id);
  void run_lane(std::string const& key);
  net::Task<void> work(std::string key, Work work);
  net::Task<std::vector<RecipientOutcome>> attempt(Route route, Attempt attempt);
  net::Task<void> conclude(Attempt attempt, std::string destination, std::vector<RecipientOutcome> outcomes);
  net::Task<bool> report(wire::Action action, Attempt const* attempt,
                         std::vector<RecipientOutcome> const* outcomes);
  void settle(Attempt const& attempt, std::string const& destination,
              std::vector<RecipientOutcome> const& outcomes);
  void put_off(wire::Settlement& settlement, wire::Envelope const& envelope, RecipientOutcome const& outcome);
  void group_done(MessageId id);

  net::EventLoop& loop_;
  DeliveryServices services_;
  std::shared_ptr<DeliveryConfig const> config_;
  net::WorkerPool workers_{8};
  Timer timer_;
  std::set<std::pair<Instant, MessageId>> due_;
  std::unordered_map<MessageId, Instant, MessageIdHash> due_of_;
  std::unordered_map<MessageId, std::size_t, MessageIdHash> in_work_;  // destinations still at it
  std::map<std::string, Lane> lanes_;
  bool stopping_ = false;
};

}  // namespace postern::delivery

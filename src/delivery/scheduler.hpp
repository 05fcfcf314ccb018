// Keeps what is due and has it delivered: sorts a message's recipients into lanes, one a destination, and
// sends couriers along them, as many as the destination bears. A destination that cannot be reached rests,
// and costs a probe now and then; others do not notice. At least once: see delivery/settler. Of the delivery
// loop; accepted(), retry(), move(), reload() and lanes() from any thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "delivery/lane.hpp"
#include "delivery/local_transport.hpp"
#include "delivery/settler.hpp"
#include "delivery/smtp_transport.hpp"
#include "net/worker_pool.hpp"
#include "store/evidence.hpp"

namespace postern::delivery {

struct DeliveryConfig {
  std::string hostname;
  std::shared_ptr<policy::Directory const> directory;
  RouteTable routes;
  RetrySettings retry;
  StsSettings sts;
  std::shared_ptr<SmtpConfig const> smtp;
};

struct DeliveryServices {
  store::Spool& spool;
  store::Evidence& evidence;
  store::Files& files;
  net::Dns& dns;
  store::StsCache* sts_cache;  // null: policies are not kept over a restart
  Log& log;
  Counters& counters;
  Random& random;
};

class Scheduler {
 public:
  using OnLanes = std::function<void(std::vector<LaneView>)>;

  Scheduler(net::EventLoop& loop, DeliveryServices services, std::shared_ptr<DeliveryConfig const> config);
  ~Scheduler();

  void start();  // with what is in the spool
  void accepted(std::vector<MessageId> const& ids);
  void retry(MessageId id);  // now, whatever its due time
  void retry_all();
  void move(MessageId id);   // after spool.move(): along its new way, now
  void lanes(OnLanes tell);  // what waits for whom; told on the loop
  void reload(std::shared_ptr<DeliveryConfig const> config);
  void stop();  // begins nothing more; what runs ends by itself
  void cut();   // ends what runs
  bool idle() const { return couriers_ == 0; }
  void join_workers() {
    workers_.join(), fetchers_.join();
  }  // once the loop has stopped, and before the spool goes

 private:
  using LanePtr = std::shared_ptr<Lane>;

  void schedule(MessageId id, Instant due);
  void look();  // begins what is due
  void sleep();
  void begin(MessageId id);
  LanePtr lane_for(Route const& route);
  void run_lane(LanePtr const& lane);
  void feed(std::deque<std::string>& hungry);
  bool may_start(Lane const& lane) const;
  net::Task<void> run_courier(LanePtr lane);
  net::Task<bool> wait_for_work(LanePtr lane);
  net::Task<bool> carry(LanePtr lane, Transport* transport, Work work);
  net::Task<void> conclude_stale(LanePtr lane);
  net::Task<void> conclude(LanePtr lane, Work work, wire::Reply reply);
  std::unique_ptr<Transport> make_transport(Route const& route);
  void destination_failed(LanePtr const& lane, std::string const& why);
  void rest(LanePtr const& lane);
  void drop_if_empty(LanePtr const& lane);
  void work_done(MessageId id);
  void retry_on_loop(MessageId id);
  Route route_of(wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) const;
  template <class Which>
  void sort_again(Which which);

  net::EventLoop& loop_;
  DeliveryServices services_;
  std::shared_ptr<DeliveryConfig const> config_;
  net::WorkerPool workers_{8};    // local deliveries
  net::WorkerPool fetchers_{16};  // of MTA-STS policies: slow web servers hold up nobody's mailbox
  StsPolicies sts_;
  HostFinder hosts_;
  Settler settler_;
  IdSource session_ids_;
  LaneTimer timer_;
  std::set<std::pair<Instant, MessageId>> due_;
  std::unordered_map<MessageId, Instant, MessageIdHash> due_of_;
  std::unordered_map<MessageId, std::size_t, MessageIdHash> in_work_;  // destinations still at it
  std::unordered_set<MessageId, MessageIdHash> moved_in_work_;
  std::unordered_map<std::string, LanePtr> lanes_;
  std::set<std::pair<Instant, std::string>> resting_;  // destinations, until when
  std::deque<std::string> hungry_;                     // destinations that wait for a courier
  std::deque<std::string> hungry_doubtful_;            // those of them whose last attempt failed
  std::atomic<std::size_t> couriers_{0};
  std::size_t open_ = 0;      // connections of theirs
  std::size_t doubtful_ = 0;  // of those, for destinations whose last attempt failed
  bool stopping_ = false;
};

}  // namespace postern::delivery

// Picks up what local programs have left in the maildrop (`postern send`, sendmail). A message is removed
// once it is safe in the spool; what is no message is set aside with the ending ".bad". What cannot be read
// or taken for now stays, and is tried again every minute. A file that cannot be removed after its message
// was sent is remembered, and not sent again. The log is told once of each such file. Thread: the delivery
// loop; a worker reads the files; the public functions from any.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"
#include "delivery/delivery_config.hpp"
#include "delivery/maildrop.hpp"
#include "net/event_loop.hpp"
#include "net/timer.hpp"
#include "net/worker_pool.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct PickupServices {
  net::EventLoop& loop;
  store::Spool& spool;
  Log& log;
  Counters& counters;
  Clock const& clock;
  std::uint64_t max_message_size;  // bytes
};

class Pickup {
 public:
  // Makes the directory, and watches it. The error is for people.
  static Result<std::unique_ptr<Pickup>, std::string> make(PickupServices services, std::string directory,
                                                           std::shared_ptr<DeliveryConfig const> config);
  void start();
  void reload(std::shared_ptr<DeliveryConfig const> config, std::uint64_t max_message_size);
  void stop();
  void join_workers() { workers_.join(); }

 private:
  using Watch = boost::asio::posix::basic_stream_descriptor<net::Executor>;
  using MessagePtr = std::shared_ptr<MaildropMessage const>;

  Pickup(PickupServices services, std::string directory, std::shared_ptr<DeliveryConfig const> config,
         int watch);
  net::Task<void> run();
  net::Task<void> pick_up_all();
  net::Task<void> try_to_pick_up(std::string name);
  net::Task<void> pick_up(std::string name);
  net::Task<bool> accept(MessageId id, MessagePtr left);
  net::Task<bool> hand_to_spool(MessageId id, std::string received, MessagePtr left, wire::Envelope envelope);
  void set_aside(std::string const& name, std::string const& why);
  void remove_sent(std::string const& name);
  void forget_told(std::vector<std::string> const& names);
  void tell_of_waiting(std::string const& name, std::string const& why);
  std::string path_of(std::string const& name) const { return directory_ + "/" + name; }

  PickupServices services_;
  std::string directory_;
  std::shared_ptr<DeliveryConfig const> config_;
  net::WorkerPool workers_{1};
  Watch watch_;
  net::Timer timer_;
  std::set<std::string> sent_;  // the names of files whose messages are safe, and that are still there
  std::set<std::string> told_;  // the names of files of which the log has been told
  bool stopping_ = false;
};

}  // namespace postern::delivery

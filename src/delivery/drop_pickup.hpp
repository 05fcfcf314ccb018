// Takes what local programs have dropped (`postern send`, sendmail): a directory in which anybody on the
// machine may write and nobody but us may look. A message is removed once it is safe in the spool; what is no
// message is set aside with the ending ".bad". Of one loop; reading is done by a worker.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "delivery/lane.hpp"
#include "delivery/scheduler.hpp"
#include "net/event_loop.hpp"
#include "net/worker_pool.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct DropSettings {
  std::string directory;  // empty: "drop" in the data directory
};

struct DropServices {
  net::EventLoop& loop;
  store::Spool& spool;
  Log& log;
  std::uint64_t max_message_size;  // bytes
};

class DropPickup {
 public:
  // Makes the directory, and watches it. The error is for people.
  static Result<std::unique_ptr<DropPickup>, std::string> make(DropServices services, std::string directory,
                                                               std::shared_ptr<DeliveryConfig const> config);
  void start();
  void reload(std::shared_ptr<DeliveryConfig const> config);
  void stop();
  void join_workers() { workers_.join(); }

 private:
  using Descriptor = boost::asio::posix::basic_stream_descriptor<net::Executor>;
  struct Found;

  DropPickup(DropServices services, std::string directory, std::shared_ptr<DeliveryConfig const> config,
             int watch);
  net::Task<void> run();
  net::Task<void> take_all();
  net::Task<void> take(std::string name);
  net::Task<bool> keep(std::shared_ptr<Found const> found);
  void set_aside(std::string const& name, std::string const& why);

  DropServices services_;
  std::string directory_;
  std::shared_ptr<DeliveryConfig const> config_;
  net::WorkerPool workers_{1};
  Descriptor watch_;
  LaneTimer timer_;
  bool stopping_ = false;
};

}  // namespace postern::delivery

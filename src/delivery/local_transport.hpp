// Delivers on this machine: to a Maildir, to nobody (discard), or not at all (an unknown mailbox). Thread:
// its event loop; the files are written by workers. Stopping: the wait for a worker ends; the message is
// kept, and may then arrive twice.
#pragma once

#include <memory>
#include <string>

#include "delivery/route.hpp"
#include "delivery/transport.hpp"
#include "net/stop_state.hpp"
#include "net/worker_pool.hpp"
#include "policy/directory.hpp"
#include "store/file.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct LocalServices {
  store::Files& files;
  store::Spool const& spool;
  net::WorkerPool& workers;
};

class LocalTransport : public Transport {
 public:
  LocalTransport(LocalServices services, std::shared_ptr<policy::Directory const> directory,
                 std::string hostname, Route route)
      : services_(services),
        directory_(std::move(directory)),
        hostname_(std::move(hostname)),
        route_(std::move(route)) {}

  net::Task<Delivered> deliver(Attempt attempt) override;
  net::Task<void> close() override { co_return; }
  void cut() override { stop_.stop(); }

 private:
  LocalServices services_;
  std::shared_ptr<policy::Directory const> directory_;
  std::string hostname_;
  Route route_;
  net::StopState stop_;
};

}  // namespace postern::delivery

// Makes the transports that deliver for real: by SMTP and LMTP, to Maildirs, to nobody; and owns what they
// share. Thread: the delivery loop.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "delivery/host_finder.hpp"
#include "delivery/transport_factory.hpp"
#include "net/dns.hpp"
#include "net/event_loop.hpp"
#include "net/worker_pool.hpp"
#include "store/evidence.hpp"
#include "store/file.hpp"
#include "store/spool.hpp"
#include "store/sts_cache.hpp"

namespace postern::delivery {

struct DeliveryServices {
  store::Spool& spool;
  store::Evidence& evidence;
  store::Files& files;
  net::Dns& dns;
  store::StsCache* sts_cache;  // null: policies are not kept over a restart
  Log& log;
  Counters& counters;
  Random& random;
  Clock const& clock;
};

class Transports : public TransportFactory {
 public:
  Transports(net::EventLoop& loop, DeliveryServices services)
      : loop_(loop),
        services_(services),
        sts_(services.dns, fetchers_, services.sts_cache, services.log, services.clock),
        hosts_(services.dns, sts_, services.random) {}

  void configure(std::shared_ptr<DeliveryConfig const> config) override;
  std::unique_ptr<Transport> make(Route const& route) override;
  void join_workers() override;

 private:
  net::EventLoop& loop_;
  DeliveryServices services_;
  std::shared_ptr<DeliveryConfig const> config_;
  net::WorkerPool workers_{8};    // local deliveries
  net::WorkerPool fetchers_{16};  // of MTA-STS policies: slow web servers hold up nobody's mailbox
  StsPolicies sts_;
  HostFinder hosts_;
  IdSource session_ids_;
  session::SignatureCache signatures_;
};

}  // namespace postern::delivery

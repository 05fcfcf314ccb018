#include "delivery/transports.hpp"

#include "delivery/local_transport.hpp"

namespace postern::delivery {

void Transports::configure(std::shared_ptr<DeliveryConfig const> config) {
  config_ = std::move(config);
  sts_.configure(config_->sts);
  signatures_.forget_all();
}

std::unique_ptr<Transport> Transports::make(Route const& route) {
  if (is_remote(route) || std::holds_alternative<LmtpRoute>(route))
    return std::make_unique<SmtpTransport>(
        SmtpServices{loop_, services_.spool, services_.evidence, hosts_, services_.log, session_ids_,
                     open_connections_, services_.counters, services_.clock, signatures_},
        config_->smtp, route);
  return std::make_unique<LocalTransport>(LocalServices{services_.files, services_.spool, workers_},
                                          config_->directory, config_->hostname, route);
}

void Transports::join_workers() {
  workers_.join();
  fetchers_.join();
}

}  // namespace postern::delivery

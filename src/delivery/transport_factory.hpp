// Makes the transport for a route: delivery/transports, or in tests destinations that exist only there.
// Thread: the delivery loop.
#pragma once

#include <memory>

#include "delivery/delivery_config.hpp"
#include "delivery/transport.hpp"

namespace postern::delivery {

class TransportFactory {
 public:
  virtual ~TransportFactory() = default;
  virtual void configure(std::shared_ptr<DeliveryConfig const> config) = 0;  // before the first make()
  virtual std::unique_ptr<Transport> make(Route const& route) = 0;           // does not outlive the factory
  virtual void join_workers() = 0;

  // Those of all transports.
  std::size_t const& open_connections() const { return open_connections_; }

 protected:
  std::size_t open_connections_ = 0;
};

}  // namespace postern::delivery

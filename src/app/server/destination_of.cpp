#include "app/server/destination_of.hpp"

namespace postern::app {

web::DestinationOf destination_of(std::shared_ptr<delivery::DeliveryConfig const> config) {
  return
      [config = std::move(config)](wire::Envelope const& envelope, wire::QueuedRecipient const& recipient) {
        return print(delivery::route_for(*config->directory, config->routes, envelope, recipient));
      };
}

}  // namespace postern::app

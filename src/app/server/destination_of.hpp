// The destination of a message's recipient as a configuration has it: for `postern queue`, from a running
// server or a stopped one's spool.
#pragma once

#include <memory>

#include "delivery/scheduler.hpp"
#include "web/destination_summary.hpp"

namespace postern::app {

web::DestinationOf destination_of(std::shared_ptr<delivery::DeliveryConfig const> config);

}  // namespace postern::app

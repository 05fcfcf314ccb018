// Messages of the queue as JSON: the management API's form, which `postern queue` reads, from a running
// server or from a stopped one's spool.
#pragma once

#include <boost/json/object.hpp>

#include "base/message_id.hpp"
#include "web/destination_summary.hpp"
#include "wire/envelope.hpp"

namespace postern::web {

boost::json::object queue_json(MessageId id, wire::Envelope const& envelope,
                               DestinationOf const& destination);

}  // namespace postern::web

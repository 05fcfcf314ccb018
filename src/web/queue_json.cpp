#include "web/queue_json.hpp"

#include <boost/json/array.hpp>

namespace postern::web {

boost::json::object queue_json(MessageId id, wire::Envelope const& envelope,
                               DestinationOf const& destination) {
  boost::json::array recipients;
  for (auto const& r : envelope.recipients) {
    boost::json::object one{
        {"address", r.address.print()}, {"state", print(r.state)}, {"attempts", r.attempts}};
    if (!r.original.empty()) one["original"] = r.original;
    if (r.state == wire::RecipientState::waiting) {
      one["due"] = print_iso8601(r.due);
      one["destination"] = destination(envelope, r);
    }
    if (!r.last_reply.empty()) one["last_reply"] = r.last_reply;
    recipients.push_back(std::move(one));
  }
  return {{"id", id.print()},
          {"arrived", print_iso8601(envelope.arrived)},
          {"sender", envelope.sender()},
          {"size", envelope.size},
          {"over_tls", envelope.over_tls},
          {"requiretls", envelope.requiretls},
          {"held", envelope.held},
          {"recipients", std::move(recipients)}};
}

}  // namespace postern::web

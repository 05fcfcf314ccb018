// Where mail for an address goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/address.hpp"
#include "base/result.hpp"
#include "net/connector.hpp"
#include "policy/directory.hpp"

namespace postern::delivery {

struct MaildirRoute {
  std::string path;  // with {domain} and {local}
};
struct LmtpRoute {
  net::Target target;
};
struct DiscardRoute {};   // accepted and thrown away, because the owner said so
struct OutboundRoute {};  // for other servers: waits in the queue for the sending side
struct NowhereRoute {};   // in a domain of ours, but nobody: fails for good

using Route = std::variant<MaildirRoute, LmtpRoute, DiscardRoute, OutboundRoute, NowhereRoute>;

// "maildir:/srv/mail/{domain}/{local}", "lmtp:unix:/run/dovecot/lmtp", "lmtp:127.0.0.1:24", "discard". The
// error is for people.
Result<Route, std::string> parse_route(std::string_view text);

Route route_for(policy::Directory const& directory, Address const& address);
std::string print(Route const& route);  // also the key by which deliveries are limited

}  // namespace postern::delivery

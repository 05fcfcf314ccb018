// Where mail for an address goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/address.hpp"
#include "base/result.hpp"
#include "dialogue/client_dialogue.hpp"
#include "net/connector.hpp"
#include "policy/destination_tls.hpp"
#include "policy/directory.hpp"
#include "wire/envelope.hpp"

namespace postern::delivery {

struct MaildirRoute {
  std::string path;  // with {domain} and {local}
};
struct LmtpRoute {
  net::Target target;
};
struct TlsWish {              // of a message; such messages have destination queues of their own
  bool requiretls = false;    // RFC 8689 section 4.2.1
  bool tls_optional = false;  // RFC 8689 section 3
};
enum class NamedBy : std::uint8_t { owner, recipient };  // who has named a host
struct SmtpRoute {                                       // to one host, whatever the recipient's domain
  std::string host;                                      // a name or an address
  std::uint16_t port = 25;
  bool implicit_tls = false;
  NamedBy named_by = NamedBy::owner;  // by the recipient: RFC 5321 section 4.1.3, an address literal
  policy::DestinationTls tls;
  std::optional<dialogue::ClientLogin> login;
  TlsWish wish;
};
struct MxRoute {       // to the hosts that the DNS names
  std::string domain;  // empty in a rule: the recipient's
  policy::DestinationTls tls;
  TlsWish wish;
};
struct DiscardRoute {};  // accepted and thrown away, because the owner said so
struct NowhereRoute {};  // in a domain of ours, but nobody: fails for good

using Route = std::variant<MaildirRoute, LmtpRoute, SmtpRoute, MxRoute, DiscardRoute, NowhereRoute>;

// "maildir:/srv/mail/{domain}/{local}", "lmtp:unix:/run/dovecot/lmtp", "lmtp:127.0.0.1:24",
// "smtp:relay.example.org:587", "smtps:relay.example.org:465", "mx", "discard". The error is for people.
Result<Route, std::string> parse_route(std::string_view text);

// For domains elsewhere. A domain's own rule goes before "*.parent", the nearest parent's first; "*" is for
// the rest, and without it the MX.
struct RouteTable {
  std::unordered_map<std::string, Route>
      rules;  // by "example.net", "*.example.net", "*"; lower-case A-labels

  Route find(std::string const& domain) const;
  // A route by the name of its rule, or as written in one.
  Route named(std::string const& text, Address const& address) const;
};

Route route_for(policy::Directory const& directory, RouteTable const& routes, Address const& address);
std::string print(Route const& route);  // also the name of its destination queue
bool is_remote(Route const& route);     // to another server

// The route of one of a message's recipients: as configured, or as the postmaster has moved it.
Route route_for(policy::Directory const& directory, RouteTable const& routes, wire::Envelope const& envelope,
                wire::QueuedRecipient const& recipient);

}  // namespace postern::delivery

#include "whatif/readers/border.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/microsoft_hosts.hpp"

namespace postern::whatif {
namespace {

// Strangers cannot have it: RFC 1918, RFC 6598, RFC 4193, RFC 4291 section 2.4, RFC 3927.
bool is_private(IpAddress const& address) { return address.is_private() || address.is_link_local(); }

// By a protocol, or in a way, that no stranger speaks; mail that was fetched has come long before.
bool is_inside_protocol(ReceivedHop const& hop) {
  static constexpr auto protocols =
      std::to_array<std::string_view>({"MAPI", "LOCAL", "LOCAL-ESMTP", "POP3", "POP3S", "POP", "APOP", "IMAP",
                                       "IMAPS", "IMAP4", "UUCP", "BSMTP"});
  return hop.with.starts_with("HTTP") || hop.via.starts_with("HTTP") || hop.via == "MAILBOX" ||
         hop.with.find("LMTP") != std::string::npos ||
         std::find(protocols.begin(), protocols.end(), hop.with) != protocols.end();
}

bool is_inside(ReceivedHop const& hop) {
  if (!hop.has_from || is_inside_protocol(hop)) return true;
  if (hop.writer == HopWriter::amavis || hop.by == "amavis") return true;
  if (is_microsoft_inside(hop.by) || hop.by.starts_with("2002:")) return true;  // Google's own
  if (!hop.client) return !hop.by.empty();  // a writer that tells no addresses
  return hop.client->is_loopback() || hop.client->is_unspecified() || hop.client == hop.by_address;
}

bool is_same_host(std::string_view by, std::string_view auth_source) {
  auto const label = auth_source.substr(0, auth_source.find('.'));
  return !label.empty() && iequals(by.substr(0, by.find('.')), label);
}

bool is_by_exchange(ReceivedHop const& hop) {
  return hop.writer == HopWriter::exchange || is_inside_protocol(hop);
}

// The hop that Exchange itself names, when all above it is Exchange's.
ReceivedHop const* named_by_exchange(std::vector<ReceivedHop> const& hops, std::string_view auth_source) {
  for (auto const& hop : hops) {
    if (!is_by_exchange(hop)) return nullptr;
    bool const from_outside =
        hop.writer == HopWriter::exchange && !is_inside(hop) && hop.client && !is_private(*hop.client);
    if (from_outside && is_same_host(hop.by, auth_source)) return &hop;
  }
  return nullptr;
}

}  // namespace

Border::Border(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {
  for (auto& host : hosts_) host = lowered(host);
}

bool Border::is_ours(std::string_view host) const {
  return std::any_of(hosts_.begin(), hosts_.end(), [&](std::string const& own) {
    return host == own ||
           (host.size() > own.size() && host.ends_with(own) && host[host.size() - own.size() - 1] == '.');
  });
}

// Anybody may say HELO with a name of ours: it counts only from an address that strangers cannot have.
bool Border::is_from_outside(ReceivedHop const& hop) const {
  if (inferred()) return !is_private(*hop.client);
  if (!is_ours(hop.by) || is_ours(hop.client_name)) return false;
  return !is_ours(lowered(hop.helo)) || !is_private(*hop.client);
}

// A field of the border's that tells no address: it ends the search, since what stands below it is whatever
// the client has written. Postfix and Exim always tell one; an owner's host is trusted to.
bool Border::hides_its_client(ReceivedHop const& hop) const {
  if (hop.client || !hop.has_from || is_inside_protocol(hop)) return false;
  if (inferred()) return hop.writer == HopWriter::postfix || hop.writer == HopWriter::exim;
  return is_ours(hop.by);
}

ReceivedHop const* Border::find(std::vector<ReceivedHop> const& hops, std::string_view auth_source) const {
  if (inferred() && !auth_source.empty())
    if (auto const* hop = named_by_exchange(hops, auth_source)) return hop;
  for (auto const& hop : hops) {
    if (hides_its_client(hop)) return &hop;
    if (!is_inside(hop) && (!hop.client || is_from_outside(hop))) return &hop;
  }
  return nullptr;
}

std::string border_name(ReceivedHop const& hop) {
  if (!is_microsoft_border(hop.by)) return hop.by;
  auto const at = hop.by.find(".protection.");
  return at == std::string::npos ? hop.by : "*" + hop.by.substr(at);
}

}  // namespace postern::whatif

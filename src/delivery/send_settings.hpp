// What the owner may set about sending to other servers. Names, bounds and help: app/settings_table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/tls_client.hpp"
#include "session/client_session.hpp"

namespace postern::delivery {

// What becomes of mail that an alias leads to another domain (RFC 5321 section 3.9.1).
enum class Forwarding : std::uint8_t {
  as_it_is,
  srs,     // under a sender of ours, so that it passes SPF
  arc,     // sealed with what we have found out about it
  srs_arc  // both
};

constexpr bool rewrites_senders(Forwarding how) {
  return how == Forwarding::srs || how == Forwarding::srs_arc;
}
constexpr bool seals(Forwarding how) { return how == Forwarding::arc || how == Forwarding::srs_arc; }

struct SendSettings {
  std::uint16_t port = 25;  // of MX hosts
  session::ClientTimeouts timeouts;
  Duration head_start =
      std::chrono::milliseconds(300);       // before a host's next address is tried (RFC 8305 section 5)
  Duration idle = std::chrono::seconds(3);  // how long a connection is kept for the next message
  std::uint32_t messages_per_connection = 100;
  std::uint32_t connections = 2000;                // open ones in all
  std::uint32_t connecting = 10'000;               // those still being opened: dead hosts take long to be so
  std::uint32_t connections_per_destination = 20;  // which successes grow to, from 5
  std::uint32_t hosts = 5;                         // of a domain that are tried in one attempt
  std::string certificate;                         // shown to servers that ask for one
  std::string key;
  std::string ca_file;  // who is trusted; empty: the system's
};

}  // namespace postern::delivery

// What sessions go by: all that a reload can change, in one immutable value.
// Threads: immutable; who goes by it holds it, and fetches the next one from session/current_config.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "dialogue/smtp_settings.hpp"
#include "net/tls_context.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "session/filter_config.hpp"
#include "session/passwords.hpp"

namespace postern::session {

struct Timeouts {
  Duration command = std::chrono::minutes(5);  // RFC 5321 section 4.5.3.2.7
  Duration content = std::chrono::minutes(3);  // RFC 5321 section 4.5.3.2.5: between two pieces of it
  Duration handshake = std::chrono::seconds(60);
  Duration busy = std::chrono::seconds(10);  // instead of the first two, when connections run short
  Duration name = std::chrono::seconds(2);   // to wait for reverse DNS, from the start of the connection
};

struct GateConfig {
  dialogue::SmtpSettings smtp;
  policy::Policy policy;
  Timeouts timeouts;
  std::shared_ptr<net::TlsContext const> tls;
  std::shared_ptr<Passwords const> passwords;  // null: nobody can log in
  std::vector<FilterConfig> filters = {};      // in the order in which they are asked
};

enum class Protocol : std::uint8_t { smtp, policy, milter };

struct ListenerConfig {
  std::string address;  // as configured
  policy::ListenerTls tls = policy::ListenerTls::starttls;
  policy::ListenerRole role = policy::ListenerRole::mx;
  std::vector<Network> proxies;  // that must send a PROXY header; empty: no PROXY protocol here
  Protocol protocol = Protocol::smtp;
};

}  // namespace postern::session

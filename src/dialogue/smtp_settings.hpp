// What the owner may set about the conversation. Names, units, bounds and help: app/settings.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.hpp"

namespace postern::dialogue {

enum class BareNewlines : std::uint8_t { normalize, reject };

struct SmtpSettings {
  std::string hostname = "localhost";
  std::string authserv_id = {};                // in Authentication-Results; empty: the host name
  std::uint32_t max_recipients = 1000;         // RFC 5321 section 4.5.3.1.8: at least 100
  std::uint64_t max_message_size = 50U << 20;  // bytes
  std::uint32_t max_line = 4096;             // RFC 5321 section 4.5.3.1.4: at least 512, more with extensions
  std::uint32_t max_header_size = 1U << 20;  // bytes
  std::uint32_t max_hops = 100;              // RFC 5321 section 6.3: normally at least 100
  std::uint32_t max_errors = 20;             // commands answered with 5xx for syntax or order
  std::uint32_t max_idle_commands = 200;     // commands that bring no mail further, between messages
  std::uint32_t max_refused_recipients = 50;  // in a connection: recipients that nobody here has
  BareNewlines bare_newlines = BareNewlines::normalize;

  std::string const& results_by() const { return authserv_id.empty() ? hostname : authserv_id; }
};

}  // namespace postern::dialogue

#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> server_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
      text<S>("hostname", POSTERN_LIVE(hostname),
              "The name of this server, in greetings and Received fields. Default: that of the system."),
      text<S>("data_dir", POSTERN_RESTART(data_dir),
              "The directory of the spool, the facts, the self-signed certificate and the control socket."),
      number<S>("threads", POSTERN_RESTART(threads), 0, 256, "Event loops for connections; 0: one per core."),
      duration<S>("shutdown_limit", POSTERN_RESTART(shutdown_limit), Duration{}, hours(1),
                  "How long open transactions may go on after SIGTERM."),

      number<S>("smtp.max_recipients", POSTERN_LIVE(smtp.max_recipients), 100, 100'000,
                "Recipients taken in one transaction; beyond it 452 4.5.3 (RFC 5321 section 4.5.3.1.8)."),
      size<S>("smtp.max_message_size", POSTERN_LIVE(smtp.max_message_size), 64U << 10, 2ULL << 30,
              "Bytes of a message; beyond it 552 5.3.4."),
      size<S>("smtp.max_header_size", POSTERN_LIVE(smtp.max_header_size), 16U << 10, 64U << 20,
              "Bytes of a header section."),
      size<S>("smtp.max_line", POSTERN_LIVE(smtp.max_line), 1024, 12U << 10,
              "Bytes of a command line (RFC 5321 section 4.5.3.1.4)."),
      number<S>("smtp.max_hops", POSTERN_LIVE(smtp.max_hops), 10, 1000,
                "Received fields after which a message is taken for a loop (RFC 5321 section 6.3)."),
      number<S>("smtp.max_errors", POSTERN_LIVE(smtp.max_errors), 1, 10'000,
                "Bad commands after which a client is sent away with 421."),
      number<S>("smtp.max_idle_commands", POSTERN_LIVE(smtp.max_idle_commands), 10, 100'000,
                "Commands between two messages after which a client is sent away with 421."),
      choice<S, dialogue::BareNewlines>(
          "smtp.bare_newlines", POSTERN_LIVE(smtp.bare_newlines),
          {{"normalize", dialogue::BareNewlines::normalize}, {"reject", dialogue::BareNewlines::reject}},
          "What to do with CR or LF that stands alone: rewrite it to CRLF, or refuse the message with 550 "
          "5.6.0. Neither ever ends a message."),
      number<S>("smtp.max_connections", POSTERN_RESTART(admission.connections), 1, 1'000'000,
                "Connections in all; beyond it 421."),
      number<S>("smtp.max_connections_per_client", POSTERN_RESTART(admission.connections_per_client), 1,
                1'000'000, "Connections of one client address. Loopback and relay.networks are exempt."),
      duration<S>("smtp.command_timeout", POSTERN_LIVE(timeouts.command), seconds(1), hours(1),
                  "How long to wait for a command (RFC 5321 section 4.5.3.2.7)."),
      duration<S>("smtp.content_timeout", POSTERN_LIVE(timeouts.content), seconds(1), hours(1),
                  "How long to wait for more of a message (RFC 5321 section 4.5.3.2.5)."),
      duration<S>("smtp.busy_timeout", POSTERN_LIVE(timeouts.busy), milliseconds(100), hours(1),
                  "Instead of both while more than four fifths of smtp.max_connections are open."),
  };
}

}  // namespace postern::app

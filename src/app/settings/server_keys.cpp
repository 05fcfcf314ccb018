#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> server_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
      text<S>(
          "hostname", POSTERN_LIVE(hostname),
          "The fully qualified name of this server in greetings and Received fields. Default: the name of "
          "the system."),
      text<S>("data_dir", POSTERN_RESTART(data_dir),
              "The directory that holds the spool, the facts, the self-signed certificate and the control "
              "socket."),
      number<S>("threads", POSTERN_RESTART(threads), 0, 256,
                "The number of event loops for connections. 0 means one per core."),
      duration<S>("shutdown_limit", POSTERN_RESTART(shutdown_limit), Duration{}, hours(1),
                  "How long open transactions may go on after SIGTERM."),

      number<S>("smtp.max_recipients", POSTERN_LIVE(smtp.max_recipients), 100, 100'000,
                "The most recipients of one transaction. Further ones are answered with 452 4.5.3 (RFC 5321 "
                "section "
                "4.5.3.1.8)."),
      size<S>("smtp.max_message_size", POSTERN_LIVE(smtp.max_message_size), 64U << 10, 2ULL << 30,
              "The largest message. A larger one is answered with 552 5.3.4."),
      size<S>("smtp.max_header_size", POSTERN_LIVE(smtp.max_header_size), 16U << 10, 64U << 20,
              "The largest header section of a message."),
      size<S>("smtp.max_line", POSTERN_LIVE(smtp.max_line), 1024, 12U << 10,
              "The longest command line (RFC 5321 section 4.5.3.1.4)."),
      number<S>("smtp.max_hops", POSTERN_LIVE(smtp.max_hops), 10, 1000,
                "A message with more Received fields is rejected as a loop (RFC 5321 section 6.3)."),
      number<S>("smtp.max_errors", POSTERN_LIVE(smtp.max_errors), 1, 10'000,
                "The number of bad commands after which a client gets 421."),
      number<S>("smtp.max_idle_commands", POSTERN_LIVE(smtp.max_idle_commands), 10, 100'000,
                "The number of commands without a message after which a client gets 421; half as many "
                "transactions without a message have the same effect."),
      number<S>("smtp.max_refused_recipients", POSTERN_LIVE(smtp.max_refused_recipients), 1, 100'000,
                "The number of recipients that do not exist here, named in one connection, after which a "
                "client gets 421. Clients that may relay are exempt."),
      choice<S, dialogue::BareNewlines>(
          "smtp.bare_newlines", POSTERN_LIVE(smtp.bare_newlines),
          {{"normalize", dialogue::BareNewlines::normalize}, {"reject", dialogue::BareNewlines::reject}},
          "What to do with CR or LF that stands alone: rewrite it to CRLF, or refuse the message with 550 "
          "5.6.0. Neither ever ends a message."),
      number<S>("smtp.max_connections", POSTERN_RESTART(admission.connections), 1, 1'000'000,
                "The most connections in all, or as many as there are file descriptors for. Further ones get "
                "421."),
      number<S>(
          "smtp.max_connections_per_client", POSTERN_RESTART(admission.connections_per_client), 1, 1'000'000,
          "The most connections of one client: an IPv4 address, or the /64 of an IPv6 address. Loopback "
          "and relay.networks are exempt."),
      number<S>("smtp.max_refused_recipients_per_client",
                POSTERN_RESTART(admission.refused_recipients_per_client), 1, 1'000'000,
                "The number of recipients that do not exist here, named by one client lately, after which it "
                "gets 421 for five minutes. One is forgiven every ten seconds, and one for each message that "
                "is accepted. Loopback and relay.networks are exempt."),
      duration<S>("smtp.command_timeout", POSTERN_LIVE(timeouts.command), seconds(1), hours(1),
                  "How long to wait for a command (RFC 5321 section 4.5.3.2.7)."),
      duration<S>("smtp.content_timeout", POSTERN_LIVE(timeouts.content), seconds(1), hours(1),
                  "How long to wait for more of a message (RFC 5321 section 4.5.3.2.5)."),
      duration<S>("smtp.busy_timeout", POSTERN_LIVE(timeouts.busy), milliseconds(100), hours(1),
                  "Replaces both limits while more than four fifths of smtp.max_connections are open."),
  };
}

}  // namespace postern::app

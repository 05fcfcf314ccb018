#include "app/settings/settings_table.hpp"

#include "app/settings/key_makers.hpp"

namespace postern::app {
namespace {

std::vector<std::pair<std::string, net::TlsVersion>> const versions{{"1.0", net::TlsVersion::v1_0},
                                                                    {"1.1", net::TlsVersion::v1_1},
                                                                    {"1.2", net::TlsVersion::v1_2},
                                                                    {"1.3", net::TlsVersion::v1_3}};

std::vector<Key<Settings>> make_general_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  using std::chrono::seconds;
  constexpr Duration none{};
  return {
      text<S>("hostname", POSTERN_AT(hostname),
              "The name of this server, in greetings and Received fields. Default: the system's."),
      text<S>("data_dir", POSTERN_AT(data_dir),
              "Where spool, facts, the made certificate and the control socket are."),
      number<S>("threads", POSTERN_AT(threads), 0, 256, "Event loops for connections; 0: one a core."),
      duration<S>("shutdown_limit", POSTERN_AT(shutdown_limit), none, hours(1),
                  "How long open transactions may go on after SIGTERM."),

      number<S>("smtp.max_recipients", POSTERN_AT(smtp.max_recipients), 100, 100'000,
                "Recipients taken in one transaction; beyond it 452 4.5.3 (RFC 5321 section 4.5.3.1.8)."),
      size<S>("smtp.max_message_size", POSTERN_AT(smtp.max_message_size), 64U << 10, 2ULL << 30,
              "Bytes of a message; beyond it 552 5.3.4."),
      size<S>("smtp.max_header_size", POSTERN_AT(smtp.max_header_size), 16U << 10, 64U << 20,
              "Bytes of a header section."),
      size<S>("smtp.max_line", POSTERN_AT(smtp.max_line), 1024, 12U << 10,
              "Bytes of a command line (RFC 5321 section 4.5.3.1.4)."),
      number<S>("smtp.max_hops", POSTERN_AT(smtp.max_hops), 10, 1000,
                "Received fields after which a message is taken for a loop (RFC 5321 section 6.3)."),
      number<S>("smtp.max_errors", POSTERN_AT(smtp.max_errors), 1, 10'000,
                "Bad commands after which a client is sent away with 421."),
      number<S>("smtp.max_idle_commands", POSTERN_AT(smtp.max_idle_commands), 10, 100'000,
                "Commands between two messages after which a client is sent away with 421."),
      choice<S, dialogue::BareNewlines>(
          "smtp.bare_newlines", POSTERN_AT(smtp.bare_newlines),
          {{"normalize", dialogue::BareNewlines::normalize}, {"reject", dialogue::BareNewlines::reject}},
          "What to do with CR or LF that stands alone: rewrite it to CRLF, or refuse the message with 550 "
          "5.6.0. Neither ever ends a message."),
      number<S>("smtp.max_connections", POSTERN_AT(admission.connections), 1, 1'000'000,
                "Connections in all; beyond it 421."),
      number<S>("smtp.max_connections_per_client", POSTERN_AT(admission.connections_per_client), 1, 1'000'000,
                "Connections of one client address. Loopback and relay.networks are exempt."),
      duration<S>("smtp.command_timeout", POSTERN_AT(timeouts.command), seconds(1), hours(1),
                  "How long to wait for a command (RFC 5321 section 4.5.3.2.7)."),
      duration<S>("smtp.content_timeout", POSTERN_AT(timeouts.content), seconds(1), hours(1),
                  "How long to wait for more of a message (RFC 5321 section 4.5.3.2.5)."),
      duration<S>("smtp.busy_timeout", POSTERN_AT(timeouts.busy), milliseconds(100), hours(1),
                  "Instead of both while more than four fifths of smtp.max_connections are open."),

      texts<S>("tls.certificate", POSTERN_AT(tls.certificate),
               "PEM files, each with its chain. Several: by SNI, and ECDSA beside RSA. None: a self-signed "
               "one is made in data_dir."),
      texts<S>("tls.key", POSTERN_AT(tls.key), "Their keys, in the same order."),
      texts<S>("tls.next", POSTERN_AT(tls.next),
               "PEM files of certificates or keys that are to follow: `postern dns` prints their TLSA "
               "records, too."),
      choice<S, net::TlsVersion>("tls.min_version", POSTERN_AT(tls.min_version), versions,
                                 "The oldest version taken."),
      choice<S, net::TlsVersion>("tls.max_version", POSTERN_AT(tls.max_version), versions,
                                 "The newest version taken."),
      text<S>("tls.ciphers", POSTERN_AT(tls.ciphers),
              "Ciphers for TLS 1.2 and older, as OpenSSL's ciphers(1) writes them."),
      text<S>("tls.groups", POSTERN_AT(tls.groups), "Groups of the key exchange, preferred first."),
      choice<S, net::ClientCertificates>(
          "tls.client_certificates", POSTERN_AT(tls.client_certificates),
          {{"ask", net::ClientCertificates::ask}, {"ignore", net::ClientCertificates::ignore}},
          "Whether clients are asked for a certificate. Whatever they show is taken and recorded."),
      text<S>(
          "tls.ca_file", POSTERN_AT(tls.ca_file),
          "PEM file of the authorities whose client certificates count as trusted. Default: the system's."),
      duration<S>("tls.ticket_lifetime", POSTERN_AT(tls.ticket_lifetime), minutes(1), hours(168),
                  "How long a key for session tickets is used; for as long again its tickets are taken."),
      duration<S>("tls.handshake_timeout", POSTERN_AT(timeouts.handshake), seconds(1), minutes(10),
                  "How long a handshake may take."),
      number<S>("tls.max_handshakes", POSTERN_AT(admission.handshakes), 1, 1'000'000,
                "Handshakes at the same time; beyond it STARTTLS is answered with 454."),
      choice<S, policy::TlsRequirement>(
          "tls.require", POSTERN_AT(require_tls), requirements,
          "Whether mail must come over TLS: \"always\" answers RCPT in the clear with 530 5.7.0. RFC 3207 "
          "section 4: a publicly-referenced server MUST NOT require it. \"remembered\" asks for it only "
          "from hosts that have shown it (tls.memory). Mail to postmaster and to the addresses of TLS "
          "reports is exempt."),
      number<S>("tls.failures_before_clear", POSTERN_AT(fallback.failures), 0, 1000,
                "Failed handshakes of a client in a row after which STARTTLS is not offered to it for a "
                "while, so that its mail comes in the clear rather than never; 0: always offered."),
      duration<S>("tls.clear_for", POSTERN_AT(fallback.clear_for), seconds(1), hours(720),
                  "How long that while is."),

      networks<S>("relay.networks", POSTERN_AT(relay_networks), "Clients that may send to other domains."),
      texts<S>("relay.certificates", POSTERN_AT(relay_certificates),
               "And clients that show one of these certificates: SHA-256 of the public key, hexadecimal, as "
               "the facts have it "
               "(connections.tls_client_spki)."),
      text<S>("auth.users_file", POSTERN_AT(users_file),
              "And users who log in, on listeners with role \"submission\": a file with a line NAME:HASH "
              "each, hashes as "
              "crypt(3) makes them (mkpasswd). Read again on SIGHUP."),

      duration<S>("queue.first_retry", POSTERN_AT(retry.first), milliseconds(100), hours(24),
                  "How long after a delivery that failed for now the next is tried; each wait is twice the "
                  "one before."),
      duration<S>("queue.max_retry", POSTERN_AT(retry.longest), milliseconds(100), hours(168),
                  "The longest wait between two tries."),
      duration<S>("queue.delay_notice", POSTERN_AT(retry.delay_notice), seconds(1), hours(24 * 30),
                  "When a sender who asked for it (NOTIFY=DELAY) is told that a message still waits."),
      duration<S>("queue.lifetime", POSTERN_AT(retry.lifetime), seconds(1), hours(24 * 30),
                  "How long delivery is tried before it fails for good (RFC 5321 section 4.5.4.1)."),
      size<S>("spool.segment_size", POSTERN_AT(segment_size), 64U << 10, 4ULL << 30,
              "Bytes after which the spool begins a new file."),

      text<S>("drop.directory", POSTERN_AT(drop.directory),
              "Where local programs leave mail (`postern send`, sendmail); whoever sends must be able to "
              "reach it. Default: drop in data_dir."),
      duration<S>("facts.retention", POSTERN_AT(facts_retention), hours(1), hours(24 * 3650),
                  "How long facts are kept."),
      text<S>("web.address", POSTERN_AT(web_address),
              "Where /metrics and /healthz are served over HTTP; empty: nowhere."),
      flag<S>("dns.enabled", POSTERN_AT(dns.enabled),
              "Whether the DNS is asked at all: for clients' names, and for where mail goes."),
      texts<S>("dns.servers", POSTERN_AT(dns.servers),
               "Name servers to ask, \"192.0.2.53\" or \"192.0.2.53@5353\". None: those of the system."),
      number<S>("dns.port", POSTERN_AT(dns.port), 1, 65535, "The port of those that are given without one."),
      text<S>(
          "dns.trust_anchor_file", POSTERN_AT(dns.trust_anchor_file),
          "DNSKEY or DS records from which DNSSEC validates, as a zone file; empty: nothing is validated, "
          "and DANE never applies."),
      duration<S>("dns.wait", POSTERN_AT(timeouts.name), none, seconds(30),
                  "How long a client may have to wait for the look-up of its name, from its connection on."),
      choice<S, Severity>("log.level", POSTERN_AT(log_level),
                          {{"debug", Severity::debug},
                           {"info", Severity::info},
                           {"warning", Severity::warning},
                           {"error", Severity::error}},
                          "The least that is logged."),
      choice<S, LogFormat>("log.format", POSTERN_AT(log_format),
                           {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
                           "How log lines are written, to standard error."),
  };
}

std::string_view section_of(std::string_view name) { return name.substr(0, name.find('.')); }

// A section is written in one piece.
void insert_behind_section(std::vector<Key<Settings>>& all, Key<Settings> const& key) {
  auto const last = std::find_if(all.rbegin(), all.rend(), [&](auto const& other) {
    return section_of(other.name) == section_of(key.name);
  });
  all.insert(last == all.rend() ? all.end() : last.base(), key);
}

}  // namespace

std::span<Key<Settings> const> general_keys() {
  static auto const keys = [] {
    auto all = make_general_keys();
    for (auto const& key : judge_keys()) insert_behind_section(all, key);
    for (auto const& key : send_keys()) all.push_back(key);
    return all;
  }();
  return keys;
}

}  // namespace postern::app

#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {
namespace {

std::vector<std::pair<std::string, net::TlsVersion>> const version_words{{"1.0", net::TlsVersion::v1_0},
                                                                         {"1.1", net::TlsVersion::v1_1},
                                                                         {"1.2", net::TlsVersion::v1_2},
                                                                         {"1.3", net::TlsVersion::v1_3}};

}  // namespace

std::vector<Key<Settings>> tls_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  return {
      texts<S>(
          "tls.certificate", POSTERN_LIVE(tls.certificate),
          "PEM files of certificates, each with its chain. With several, the client's SNI and its algorithms "
          "(ECDSA, RSA) decide. With none, a self-signed certificate is made in data_dir."),
      texts<S>("tls.key", POSTERN_LIVE(tls.key),
               "The PEM files of the keys of tls.certificate, in the same order."),
      texts<S>("tls.next", POSTERN_LIVE(tls.next),
               "PEM files of certificates or keys that will follow; `postern dns` also prints their TLSA "
               "records."),
      choice<S, net::TlsVersion>("tls.min_version", POSTERN_LIVE(tls.min_version), version_words,
                                 "The oldest version of TLS that is accepted."),
      choice<S, net::TlsVersion>("tls.max_version", POSTERN_LIVE(tls.max_version), version_words,
                                 "The newest version of TLS that is accepted."),
      text<S>("tls.ciphers", POSTERN_LIVE(tls.ciphers),
              "The ciphers for TLS 1.2 and older, written as in OpenSSL's ciphers(1)."),
      text<S>("tls.groups", POSTERN_LIVE(tls.groups),
              "The groups for the key exchange, the preferred one first."),
      choice<S, net::ClientCertificates>(
          "tls.client_certificates", POSTERN_LIVE(tls.client_certificates),
          {{"ask", net::ClientCertificates::ask}, {"ignore", net::ClientCertificates::ignore}},
          "Whether clients are asked for a certificate. Any certificate is accepted and recorded."),
      text<S>(
          "tls.ca_file", POSTERN_LIVE(tls.ca_file),
          "PEM file of the authorities whose client certificates count as trusted. Default: the system's."),
      duration<S>("tls.ticket_lifetime", POSTERN_RESTART(ticket_lifetime), minutes(1), hours(168),
                  "How long a key for session tickets is used. Its tickets are accepted for as long again."),
      duration<S>("tls.handshake_timeout", POSTERN_LIVE(timeouts.handshake), seconds(1), minutes(10),
                  "How long a handshake may take."),
      number<S>("tls.max_handshakes", POSTERN_RESTART(admission.handshakes), 1, 1'000'000,
                "The most handshakes at the same time. Beyond that, STARTTLS is answered with 454."),
      choice<S, policy::TlsRequirement>(
          "tls.require", POSTERN_LIVE(require_tls), requirements,
          "Whether mail must come over TLS. \"always\" answers RCPT without TLS with 530 5.7.0. RFC 3207 "
          "section 4: a publicly-referenced server MUST NOT require it. \"remembered\" requires it only "
          "from hosts that have used it (tls.memory). Mail to postmaster and to the addresses of TLS "
          "reports is exempt."),
      number<S>(
          "tls.failures_before_clear", POSTERN_LIVE(fallback.failures), 0, 1000,
          "After this many failed handshakes of a mail host in a row STARTTLS is not offered to it for a "
          "while, so that its mail comes in plaintext rather than never. With 0 it is always offered. It is "
          "always offered to our own users (role \"submission\"), to hosts that have used TLS here, to those "
          "that ended a handshake because they do not trust our certificate, and again once the certificates "
          "are replaced."),
      duration<S>("tls.clear_for", POSTERN_LIVE(fallback.clear_for), seconds(1), hours(720),
                  "How long STARTTLS is not offered to such a client."),
      number<S>("tls.memory.sessions", POSTERN_LIVE(memory.sessions), 1, 1'000'000,
                "The number of sessions over TLS after which TLS is expected of a host."),
      duration<S>("tls.memory.days", POSTERN_LIVE(memory.days), Duration{}, hours(24 * 365),
                  "The least time between the first and the last of these sessions."),
      duration<S>("tls.memory.grace_period", POSTERN_LIVE(memory.grace_period), Duration{}, hours(24 * 30),
                  "How long mail without TLS from such a host is deferred with 450 4.7.10."),
      choice<S, policy::Effect>(
          "tls.memory.then", POSTERN_LIVE(memory.then),
          {{"flag", policy::Effect::flag}, {"reject", policy::Effect::reject}},
          "What happens to such mail after that: it is accepted and flagged, or rejected."),
      duration<S>("tls.memory.expire", POSTERN_RESTART(memory_expire), hours(1), hours(24 * 3650),
                  "How long after its last session over TLS a host is remembered."),
      number<S>("tls.memory.size", POSTERN_RESTART(memory_size), 100, 10'000'000,
                "The most hosts, the most clients and the most sender domains that are remembered."),
      texts<S>("tls.pins", POSTERN_LIVE(pins),
               "Sender domains whose mail must come with a certain client certificate: \"bank.example "
               "FINGERPRINT\" (SHA-256 of its public key), \"bank.example name:mail.bank.example\" (trusted, "
               "with that name), or \"bank.example learn:14d\" (whichever it has shown for so long). Other "
               "mail of theirs is deferred with 450 4.7.10."),
  };
}

}  // namespace postern::app

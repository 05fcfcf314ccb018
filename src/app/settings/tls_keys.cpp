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
      texts<S>("tls.certificate", POSTERN_LIVE(tls.certificate),
               "PEM files, each with its chain. Several: by SNI, and ECDSA beside RSA. None: a self-signed "
               "one is made in data_dir."),
      texts<S>("tls.key", POSTERN_LIVE(tls.key), "Their keys, in the same order."),
      texts<S>("tls.next", POSTERN_LIVE(tls.next),
               "PEM files of certificates or keys that are to follow: `postern dns` prints their TLSA "
               "records, too."),
      choice<S, net::TlsVersion>("tls.min_version", POSTERN_LIVE(tls.min_version), version_words,
                                 "The oldest version taken."),
      choice<S, net::TlsVersion>("tls.max_version", POSTERN_LIVE(tls.max_version), version_words,
                                 "The newest version taken."),
      text<S>("tls.ciphers", POSTERN_LIVE(tls.ciphers),
              "Ciphers for TLS 1.2 and older, as OpenSSL's ciphers(1) writes them."),
      text<S>("tls.groups", POSTERN_LIVE(tls.groups), "Groups of the key exchange, preferred first."),
      choice<S, net::ClientCertificates>(
          "tls.client_certificates", POSTERN_LIVE(tls.client_certificates),
          {{"ask", net::ClientCertificates::ask}, {"ignore", net::ClientCertificates::ignore}},
          "Whether clients are asked for a certificate. Whatever they show is taken and recorded."),
      text<S>(
          "tls.ca_file", POSTERN_LIVE(tls.ca_file),
          "PEM file of the authorities whose client certificates count as trusted. Default: the system's."),
      duration<S>("tls.ticket_lifetime", POSTERN_RESTART(ticket_lifetime), minutes(1), hours(168),
                  "How long a key for session tickets is used; for as long again its tickets are taken."),
      duration<S>("tls.handshake_timeout", POSTERN_LIVE(timeouts.handshake), seconds(1), minutes(10),
                  "How long a handshake may take."),
      number<S>("tls.max_handshakes", POSTERN_RESTART(admission.handshakes), 1, 1'000'000,
                "Handshakes at the same time; beyond it STARTTLS is answered with 454."),
      choice<S, policy::TlsRequirement>(
          "tls.require", POSTERN_LIVE(require_tls), requirements,
          "Whether mail must come over TLS: \"always\" answers RCPT in the clear with 530 5.7.0. RFC 3207 "
          "section 4: a publicly-referenced server MUST NOT require it. \"remembered\" asks for it only "
          "from hosts that have shown it (tls.memory). Mail to postmaster and to the addresses of TLS "
          "reports is exempt."),
      number<S>("tls.failures_before_clear", POSTERN_LIVE(fallback.failures), 0, 1000,
                "Failed handshakes of a client in a row after which STARTTLS is not offered to it for a "
                "while, so that its mail comes in the clear rather than never; 0: always offered."),
      duration<S>("tls.clear_for", POSTERN_LIVE(fallback.clear_for), seconds(1), hours(720),
                  "How long STARTTLS is not offered to such a client."),
      number<S>("tls.memory.sessions", POSTERN_LIVE(memory.sessions), 1, 1'000'000,
                "Sessions over TLS after which TLS is to be expected of a host."),
      duration<S>("tls.memory.days", POSTERN_LIVE(memory.days), Duration{}, hours(24 * 365),
                  "The least time between the first and the last of them."),
      duration<S>("tls.memory.grace_period", POSTERN_LIVE(memory.grace_period), Duration{}, hours(24 * 30),
                  "How long mail in the clear from such a host is deferred with 450 4.7.10."),
      choice<S, policy::Effect>("tls.memory.then", POSTERN_LIVE(memory.then),
                                {{"flag", policy::Effect::flag}, {"reject", policy::Effect::reject}},
                                "What becomes of such mail after that: it is taken and flagged, or refused."),
      duration<S>("tls.memory.expire", POSTERN_RESTART(memory_expire), hours(1), hours(24 * 3650),
                  "How long after its last session over TLS a host is remembered."),
      number<S>("tls.memory.size", POSTERN_RESTART(memory_size), 100, 10'000'000,
                "How many hosts, and clients, and sender domains are remembered."),
      texts<S>("tls.pins", POSTERN_LIVE(pins),
               "Sender domains whose mail must come with a certain client certificate: \"bank.example "
               "FINGERPRINT\" (SHA-256 of its public key), \"bank.example name:mail.bank.example\" (trusted, "
               "with that name), or \"bank.example learn:14d\" (whichever it has shown for so long). Other "
               "mail of theirs is deferred with 450 4.7.10."),
  };
}

}  // namespace postern::app

#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> send_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  using std::chrono::seconds;
  return {
      number<S>("send.port", POSTERN_LIVE(send.port), 1, 65535, "The port of mail hosts that the DNS names."),
      number<S>("send.connections", POSTERN_LIVE(send.connections), 1, 100'000,
                "Connections to other servers in all; those still being opened count apart."),
      number<S>("send.connecting", POSTERN_LIVE(send.connecting), 1, 100'000,
                "Connections that are being opened at the same time; a quarter of them to destinations whose "
                "last attempt failed."),
      number<S>("send.connections_per_destination", POSTERN_LIVE(send.connections_per_destination), 1, 1000,
                "Connections that a destination gets at most: 5 at first, more with each success, half after "
                "a failure."),
      number<S>("send.messages_per_connection", POSTERN_LIVE(send.messages_per_connection), 1, 100'000,
                "Messages after which a connection is closed; fewer where the server says so (RFC 9422)."),
      duration<S>("send.idle", POSTERN_LIVE(send.idle), Duration{}, minutes(5),
                  "How long a connection is kept for the next message."),
      duration<S>("send.connect_timeout", POSTERN_LIVE(send.timeouts.connect), milliseconds(100), minutes(10),
                  "How long connecting to a host may take, all its addresses together."),
      duration<S>("send.handshake_timeout", POSTERN_LIVE(send.timeouts.handshake), milliseconds(100),
                  minutes(10), "How long a TLS handshake may take."),
      duration<S>("send.reply_timeout", POSTERN_LIVE(send.timeouts.reply), milliseconds(100), hours(1),
                  "How long to wait for a reply (RFC 5321 section 4.5.3.2)."),
      duration<S>(
          "send.content_timeout", POSTERN_LIVE(send.timeouts.content), milliseconds(100), hours(1),
          "How long the server may take to accept a piece of the content (RFC 5321 section 4.5.3.2.5)."),
      duration<S>("send.accepted_timeout", POSTERN_LIVE(send.timeouts.accepted), milliseconds(100), hours(2),
                  "How long to wait for the reply to the end of the content (RFC 5321 section 4.5.3.2.6)."),
      number<S>("send.hosts", POSTERN_LIVE(send.hosts), 1, 20,
                "Mail hosts of a domain that are tried in one attempt."),
      text<S>("send.certificate", POSTERN_LIVE(send.certificate),
              "PEM file of a certificate with its chain, shown to servers that ask for one. Default: none."),
      text<S>("send.key", POSTERN_LIVE(send.key), "The key of send.certificate."),
      text<S>("send.ca_file", POSTERN_LIVE(send.ca_file),
              "PEM file of the authorities that are trusted for servers, and for MTA-STS. Default: the "
              "system's."),
      flag<S>("mta_sts.enabled", POSTERN_LIVE(sts.enabled),
              "Whether MTA-STS policies of receivers are looked for (RFC 8461)."),
      duration<S>("mta_sts.timeout", POSTERN_LIVE(sts.timeout), milliseconds(100), minutes(5),
                  "How long fetching a policy may take."),
      number<S>("mta_sts.port", POSTERN_LIVE(sts.port), 1, 65535,
                "The port policies are fetched from, and reports posted to: 443, but for tests."),
      flag<S>("tlsrpt.send", POSTERN_LIVE(tls_reports.send),
              "Whether domains that ask for reports about TLS get them, once a day (RFC 8460)."),
      text<S>("tlsrpt.contact", POSTERN_LIVE(tls_reports.contact),
              "Who is to be asked about them. Default: postmaster at the host name."),
  };
}

std::span<Key<RouteSettings> const> route_keys() {
  using R = RouteSettings;
  using policy::DestinationLevel;
  static std::vector<Key<R>> const keys{
      parsed<R>(
          "via", [](R & r) -> auto& { return r.via; }, &delivery::parse_route,
          [](delivery::Route const& route) { return delivery::print(route); },
          "\"mx\", \"smtp:HOST:PORT\" (STARTTLS), \"smtps:HOST:PORT\" (TLS from the first byte), "
          "\"lmtp:ADDRESS:PORT\", \"lmtp:unix:PATH\", \"discard\"."),
      choice<R, DestinationLevel>(
          "tls", [](R & r) -> auto& { return r.tls; },
          {{"none", DestinationLevel::none},
           {"opportunistic", DestinationLevel::opportunistic},
           {"dane", DestinationLevel::dane},
           {"mta-sts", DestinationLevel::mta_sts},
           {"required", DestinationLevel::required},
           {"verified", DestinationLevel::verified},
           {"fingerprint", DestinationLevel::fingerprint}},
          "What TLS must be. \"opportunistic\": whenever offered, and proved where the receiver publishes "
          "DANE or "
          "MTA-STS; \"dane\", \"mta-sts\": the same, looking at one of them only; \"required\": TLS, whoever "
          "it "
          "is; \"verified\": with a certificate of a trusted authority for the host; \"fingerprint\": with "
          "one of "
          "tls_fingerprints."),
      texts<R>(
          "tls_fingerprints", [](R & r) -> auto& { return r.fingerprints; },
          "SHA-256 of certificates or of their public keys, hexadecimal, colons allowed."),
      text<R>(
          "user", [](R & r) -> auto& { return r.user; },
          "Name for AUTH PLAIN or LOGIN, which is said under TLS only (RFC 4954)."),
      text<R>(
          "password_file", [](R & r) -> auto& { return r.password_file; },
          "File with the password in its first line."),
  };
  return keys;
}

}  // namespace postern::app

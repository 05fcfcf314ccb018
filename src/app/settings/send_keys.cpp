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
      text<S>(
          "send.origin", POSTERN_LIVE(origin),
          "The domain of addresses that local programs write without one, such as root. Default: the first "
          "domain of [domains]. Where it is one of ours, its root and mailer-daemon are the postmaster, "
          "unless they are mailboxes or aliases."),
      number<S>("send.port", POSTERN_LIVE(send.port), 1, 65535,
                "The port at which mail hosts from the DNS are contacted."),
      number<S>(
          "send.connections", POSTERN_LIVE(send.connections), 1, 100'000,
          "The most connections to other servers in all. Those still being opened are counted separately."),
      number<S>(
          "send.connecting", POSTERN_LIVE(send.connecting), 1, 100'000,
          "The most connections that are being opened at the same time. At most a quarter of them go to "
          "destinations whose last attempt failed."),
      number<S>(
          "send.connections_per_destination", POSTERN_LIVE(send.connections_per_destination), 1, 1000,
          "The most connections to one destination: 5 at first, more with each success, half as many after a "
          "failure."),
      number<S>("send.messages_per_connection", POSTERN_LIVE(send.messages_per_connection), 1, 100'000,
                "The number of messages after which a connection is closed; fewer if the server says so (RFC "
                "9422)."),
      duration<S>("send.idle", POSTERN_LIVE(send.idle), Duration{}, minutes(5),
                  "How long an idle connection is kept open for the next message."),
      duration<S>("send.connect_timeout", POSTERN_LIVE(send.timeouts.connect), milliseconds(100), minutes(10),
                  "How long connecting to a host may take, with all its addresses."),
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
                "The most mail hosts of a domain that are tried in one attempt."),
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
      number<S>(
          "mta_sts.port", POSTERN_LIVE(sts.port), 1, 65535,
          "The port from which policies are fetched and to which reports are posted. Only tests change it."),
      flag<S>("tlsrpt.send", POSTERN_LIVE(tls_reports.send),
              "Whether domains that ask for reports about TLS get them, once a day (RFC 8460)."),
      text<S>("tlsrpt.contact", POSTERN_LIVE(tls_reports.contact),
              "The contact that our reports name. Default: postmaster at the host name."),
      text<S>("dkim.keys", POSTERN_LIVE(dkim_keys),
              "The directory of the keys that sign what our users, local programs and this server itself "
              "write (RFC 6376), as `postern dkim new` makes them. What changes in it is noticed within a "
              "second. Default: nothing is signed."),
      choice<S, delivery::Forwarding>(
          "forwarding.rewrite", POSTERN_LIVE(forwarding),
          {{"off", delivery::Forwarding::as_it_is},
           {"srs", delivery::Forwarding::srs},
           {"arc", delivery::Forwarding::arc},
           {"srs+arc", delivery::Forwarding::srs_arc}},
          "What becomes of mail that an alias leads to another domain. \"srs\": it leaves with a sender of "
          "ours, so that it passes SPF, and what comes back is passed on to the original sender; \"arc\": it "
          "is sealed with what we have found out about it (RFC 8617), which needs dkim.keys; \"srs+arc\": "
          "both; \"off\": it leaves as it came."),
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
          "What is demanded of TLS. \"opportunistic\": TLS whenever it is offered, verified where the "
          "receiver "
          "publishes DANE or MTA-STS; \"dane\", \"mta-sts\": the same with only one of the two; "
          "\"required\": "
          "TLS, certificate not verified; \"verified\": a certificate of a trusted authority for the host; "
          "\"fingerprint\": one of tls_fingerprints."),
      texts<R>(
          "tls_fingerprints", [](R & r) -> auto& { return r.fingerprints; },
          "SHA-256 hashes of certificates or of their public keys, hexadecimal, with or without colons."),
      text<R>(
          "user", [](R & r) -> auto& { return r.user; },
          "The user name for AUTH PLAIN or LOGIN (RFC 4954). It is sent only over TLS, and only to a server "
          "that "
          "has proved who it is: tls is \"verified\", \"fingerprint\" or \"dane\"."),
      text<R>(
          "password_file", [](R & r) -> auto& { return r.password_file; },
          "A file whose first line is the password."),
  };
  return keys;
}

}  // namespace postern::app

#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> service_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
      networks<S>("relay.networks", POSTERN_LIVE(relay_networks), "Clients that may send to other domains."),
      texts<S>("relay.certificates", POSTERN_LIVE(relay_certificates),
               "Clients that show one of these certificates may send to other domains, too: SHA-256 of the "
               "public key, hexadecimal, as connections.client_spki_sha256 in the facts has it."),
      text<S>("auth.users_file", POSTERN_LIVE(users_file),
              "Users who log in on listeners with role \"submission\" may send to other domains, too: a file "
              "with one line NAME:HASH per user, hashes as crypt(3) makes them (mkpasswd). Read again on "
              "SIGHUP."),

      duration<S>("queue.first_retry", POSTERN_LIVE(retry.first), milliseconds(100), hours(24),
                  "How long after a delivery that failed for now the next is tried; each wait is twice the "
                  "one before."),
      duration<S>("queue.max_retry", POSTERN_LIVE(retry.longest), milliseconds(100), hours(168),
                  "The longest wait between two tries."),
      duration<S>("queue.delay_notice", POSTERN_LIVE(retry.delay_notice), seconds(1), hours(24 * 30),
                  "When a sender who asked for it (NOTIFY=DELAY) is told that a message still waits."),
      duration<S>("queue.lifetime", POSTERN_LIVE(retry.lifetime), seconds(1), hours(24 * 30),
                  "How long delivery is tried before it fails for good (RFC 5321 section 4.5.4.1)."),
      size<S>("spool.segment_size", POSTERN_RESTART(segment_size), 64U << 10, 4ULL << 30,
              "Bytes after which the spool begins a new file."),

      text<S>("maildrop.directory", POSTERN_RESTART(maildrop),
              "The directory in which local programs leave mail (`postern send`, sendmail); whoever sends "
              "must be able to reach it. Default: drop in data_dir."),
      duration<S>("facts.retention", POSTERN_RESTART(facts_retention), hours(1), hours(24 * 3650),
                  "How long facts are kept."),
      text<S>("web.address", POSTERN_RESTART(web_address),
              "Where /metrics and /healthz are served over HTTP; empty: nowhere."),
      flag<S>("dns.enabled", POSTERN_RESTART(dns.enabled),
              "Whether the DNS is asked at all: for clients' names, and for where mail goes."),
      texts<S>("dns.servers", POSTERN_RESTART(dns.servers),
               "Name servers to ask, \"192.0.2.53\" or \"192.0.2.53@5353\". None: those of the system."),
      number<S>("dns.port", POSTERN_RESTART(dns.port), 1, 65535,
                "The port of those that are given without one."),
      text<S>(
          "dns.trust_anchor_file", POSTERN_RESTART(dns.trust_anchor_file),
          "DNSKEY or DS records from which DNSSEC validates, as a zone file; empty: nothing is validated, "
          "and DANE never applies."),
      duration<S>("dns.wait", POSTERN_LIVE(timeouts.name), Duration{}, seconds(30),
                  "How long a client may have to wait for the look-up of its name, from its connection on."),
      choice<S, Severity>("log.level", POSTERN_RESTART(log_level),
                          {{"debug", Severity::debug},
                           {"info", Severity::info},
                           {"warning", Severity::warning},
                           {"error", Severity::error}},
                          "The least that is logged."),
      choice<S, LogFormat>("log.format", POSTERN_RESTART(log_format),
                           {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
                           "How log lines are written, to standard error."),
      flag<S>("spf.check", POSTERN_LIVE(spf_check),
              "Whether the SPF of senders is looked up (RFC 7208): a fact, and nothing is refused for it "
              "unless a rule says so."),
      texts<S>("notices.mailboxes", POSTERN_LIVE(notices.mailboxes),
               "Whose mailbox gets a notice once a day of what rules have deferred, refused or flagged for "
               "it: addresses, or \"*\" for all. Default: nobody."),
      text<S>("notices.postmaster", POSTERN_LIVE(notices.postmaster),
              "Who gets the same for all of a day; empty: nobody."),
      text<S>("notices.contact", POSTERN_LIVE(notices.contact),
              "How to ask for an exemption: an address or a link, for the last line of a notice. Default: "
              "postmaster."),
      number<S>("notices.hour", POSTERN_LIVE(notices.hour), 0, 23, "When they are sent, UTC."),
  };
}

}  // namespace postern::app

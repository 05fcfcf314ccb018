#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> service_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  return {
      networks<S>("relay.networks", POSTERN_LIVE(relay_networks),
                  "Networks of clients that may send to other domains."),
      texts<S>("relay.certificates", POSTERN_LIVE(relay_certificates),
               "Clients that show one of these certificates may send to other domains, too: SHA-256 of the "
               "public key, hexadecimal, as connections.client_spki_sha256 in the facts has it."),
      text<S>(
          "auth.users_file", POSTERN_LIVE(users_file),
          "Users who log in on listeners with role \"submission\" may send to other domains, too: a file "
          "with one line NAME:HASH per user, hashes as crypt(3) makes them (mkpasswd). Read again on "
          "SIGHUP. A name is a mail address, or a local part: \"alice\" is alice in every domain of ours."),
      choice<S, policy::Senders>(
          "auth.senders", POSTERN_LIVE(senders),
          {{"own", policy::Senders::own}, {"any", policy::Senders::any}},
          "As whom users who have logged in may send. \"own\": MAIL FROM and the From, Sender and "
          "Resent fields must be addresses of the user, also aliases that lead to them, and there must be a "
          "From field; what is not is refused with 550 5.7.1 (RFC 6409 "
          "section 6.1). \"any\": whatever they write."),
      texts<S>("auth.may_send_as", POSTERN_LIVE(may_send_as),
               "Exceptions: a user, and the addresses that he may use beside his own: \"alice "
               "sales@example.org\", \"bob @example.net\" (all of a domain), \"shop *\" (all)."),

      duration<S>(
          "queue.first_retry", POSTERN_LIVE(retry.first), milliseconds(100), hours(24),
          "The wait after the first delivery that failed temporarily; each further wait is twice as long."),
      duration<S>("queue.max_retry", POSTERN_LIVE(retry.longest), milliseconds(100), hours(168),
                  "The longest wait between two tries."),
      duration<S>("queue.delay_notice", POSTERN_LIVE(retry.delay_notice), seconds(1), hours(24 * 30),
                  "The time after which a sender who asked for it (NOTIFY=DELAY) is told that a message "
                  "still waits."),
      duration<S>("queue.lifetime", POSTERN_LIVE(retry.lifetime), seconds(1), hours(24 * 30),
                  "How long delivery is tried before it fails permanently (RFC 5321 section 4.5.4.1)."),
      size<S>("spool.segment_size", POSTERN_RESTART(segment_size), 64U << 10, 4ULL << 30,
              "The size after which the spool begins a new file."),

      text<S>("maildrop.directory", POSTERN_RESTART(maildrop),
              "The directory in which local programs leave mail (`postern send`, sendmail); whoever sends "
              "must be able to reach it. Default: drop in data_dir."),
      duration<S>("facts.retention", POSTERN_RESTART(facts_retention), hours(1), hours(24 * 3650),
                  "How long facts are kept."),
      size<S>("facts.max_size", POSTERN_RESTART(facts_max_size), 64U << 20, 1ULL << 40,
              "Bytes of the database of facts, beyond which the oldest are deleted. While somebody reads in "
              "it, its journal may take up to a quarter more."),
      text<S>("web.address", POSTERN_RESTART(web_address),
              "The address and port at which /metrics and /healthz are served over HTTP. Empty: nowhere."),
      flag<S>("dns.enabled", POSTERN_RESTART(dns.enabled),
              "Whether the DNS is asked at all: for clients' names, and for where mail goes."),
      texts<S>("dns.servers", POSTERN_RESTART(dns.servers),
               "Name servers to ask, \"192.0.2.53\" or \"192.0.2.53@5353\". None: those of the system."),
      number<S>("dns.port", POSTERN_RESTART(dns.port), 1, 65535,
                "The port of the name servers that are given without one."),
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
                          "The lowest severity that is logged."),
      choice<S, LogFormat>("log.format", POSTERN_RESTART(log_format),
                           {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
                           "The format of the log lines on standard error."),
      texts<S>("notices.mailboxes", POSTERN_LIVE(notices.mailboxes),
               "Whose mailbox gets a notice once a day of what rules have deferred, refused or flagged for "
               "it: addresses, or \"*\" for all. Default: nobody."),
      text<S>(
          "notices.postmaster", POSTERN_LIVE(notices.postmaster),
          "The address that gets a notice once a day of all mail that rules have acted on. Empty: nobody."),
      text<S>("notices.contact", POSTERN_LIVE(notices.contact),
              "How to ask for an exemption: an address or a link, for the last line of a notice. Default: "
              "postmaster of the mailbox's domain."),
      number<S>("notices.hour", POSTERN_LIVE(notices.hour), 0, 23,
                "The hour at which notices are sent (UTC)."),
  };
}

}  // namespace postern::app

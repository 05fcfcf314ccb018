#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::span<Key<RuleSettings> const> rule_keys() {
  using R = RuleSettings;
  static std::vector<Key<R>> const keys{
      text<R>(
          "name", [](R & r) -> auto& { return r.name; },
          "How the rule is called, in facts, headers and by `postern rules`."),
      text<R>(
          "when", [](R & r) -> auto& { return r.when; },
          "A Lua 5.4 expression over the facts (docs/rules.md): 'not tls and sender.domain in partners'."),
      choice<R, policy::Effect>(
          "then", [](R & r) -> auto& { return r.then; },
          {{"accept", policy::Effect::accept},
           {"flag", policy::Effect::flag},
           {"defer", policy::Effect::defer},
           {"reject", policy::Effect::reject}},
          "What becomes of the mail when it is true. \"flag\": taken, with the header X-Postern-Flag."),
      text<R>(
          "reply", [](R & r) -> auto& { return r.reply; },
          "What is said: \"4.7.10 Please use STARTTLS\". The reason, of a flag."),
      text<R>(
          "mode", [](R & r) -> auto& { return r.mode; },
          "\"observe\" notes what would have been; \"enforce\" does it; \"10%\" does it to that share of the "
          "sending hosts, always the same ones."),
      text<R>(
          "deliver_to", [](R & r) -> auto& { return r.deliver_to; },
          "With \"flag\": the mailbox that gets the mail instead, \"quarantine@example.org\"."),
  };
  return keys;
}

std::vector<Key<Settings>> judge_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::seconds;
  return {
      number<S>("tls.memory.sessions", POSTERN_AT(memory.sessions), 1, 1'000'000,
                "Sessions over TLS after which TLS is to be expected of a host."),
      duration<S>("tls.memory.days", POSTERN_AT(memory.days), Duration{}, hours(24 * 365),
                  "The least time between the first and the last of them."),
      duration<S>("tls.memory.patience", POSTERN_AT(memory.patience), Duration{}, hours(24 * 30),
                  "How long mail in the clear from such a host is put off with 450 4.7.10."),
      choice<S, policy::Effect>("tls.memory.then", POSTERN_AT(memory.then),
                                {{"flag", policy::Effect::flag}, {"reject", policy::Effect::reject}},
                                "What becomes of it afterwards: taken and flagged, or refused."),
      duration<S>("tls.memory.expire", POSTERN_AT(memory.expire), hours(1), hours(24 * 3650),
                  "How long after its last session over TLS a host is remembered."),
      number<S>("tls.memory.size", POSTERN_AT(memory.size), 100, 10'000'000,
                "How many hosts, and clients, and sender domains are remembered."),
      texts<S>("tls.pins", POSTERN_AT(pins),
               "Sender domains whose mail must come with a certain client certificate: \"bank.example "
               "FINGERPRINT\" (SHA-256 of its public key), \"bank.example name:mail.bank.example\" (trusted, "
               "with that name), or \"bank.example learn:14d\" (whichever it has shown for so long). Other "
               "mail of theirs is put off with 450 4.7.10."),
      flag<S>("spf.check", POSTERN_AT(spf_check),
              "Whether the SPF of senders is looked up (RFC 7208): a fact, and nothing is refused for it "
              "unless a rule says so."),
      texts<S>("notices.mailboxes", POSTERN_AT(notices.mailboxes),
               "Whose mailbox gets a notice once a day of what rules have deferred, refused or flagged for "
               "it: addresses, or \"*\" for all. Default: nobody."),
      text<S>("notices.postmaster", POSTERN_AT(notices.postmaster),
              "Who gets the same for all of a day; empty: nobody."),
      text<S>("notices.contact", POSTERN_AT(notices.contact),
              "How to ask for an exemption: an address or a link, for the last line of a notice. Default: "
              "postmaster."),
      number<S>("notices.hour", POSTERN_AT(notices.hour), 0, 23, "When they are sent, UTC."),
  };
}

}  // namespace postern::app

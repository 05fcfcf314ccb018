#include "app/settings/key_makers.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::vector<Key<Settings>> authentication_keys() {
  using S = Settings;
  return {
      flag<S>("spf.check", POSTERN_LIVE(spf_check),
              "Whether the SPF of senders is looked up (RFC 7208): a fact, and nothing is refused for it "
              "unless a rule says so, or DMARC."),
      flag<S>("authentication.check", POSTERN_LIVE(verify_messages),
              "Whether DKIM, ARC and DMARC of mail from outside are verified: facts for rules, and the "
              "header field Authentication-Results (docs/authentication.md)."),
      text<S>("authentication.id", POSTERN_LIVE(smtp.authserv_id),
              "The name of this server in Authentication-Results (its authserv-id). Fields of this name that "
              "come from outside are taken out. Empty: the host name."),
      choice<S, policy::Enforce>(
          "dmarc.enforce", POSTERN_LIVE(dmarc.enforce),
          {{"off", policy::Enforce::off}, {"observe", policy::Enforce::observe}, {"on", policy::Enforce::on}},
          "What is done with mail that fails DMARC when no rule has decided about it. \"on\": what the "
          "author's domain asks for: it is refused with 550 5.7.26, or flagged (quarantine). \"observe\": "
          "that is only logged and counted. \"off\": nothing; the facts are there all the same."),
      texts<S>(
          "dmarc.trusted_sealers", POSTERN_LIVE(dmarc.trusted_sealers),
          "Domains of mailing lists and forwarders whose ARC seal is believed: when such a one says that "
          "DMARC passed when the message came to it, the message is not treated as one that fails."),
      networks<S>("dmarc.trusted_forwarders", POSTERN_LIVE(dmarc.trusted_forwarders),
                  "Networks of hosts that forward mail to this server: nothing is done with what comes from "
                  "there because of DMARC."),
  };
}

}  // namespace postern::app

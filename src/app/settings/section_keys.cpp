#include "app/settings/key_makers.hpp"
#include "app/settings/parsed_values.hpp"
#include "app/settings/settings_table.hpp"

namespace postern::app {

std::span<Key<ListenSettings> const> listen_keys() {
  using L = ListenSettings;
  static auto const keys = [] {
    std::vector<Key<L>> rows{
        text<L>(
            "address", [](L & l) -> auto& { return l.address; },
            "The address and port to listen on, such as \"0.0.0.0:25\" or \"[::]:25\"."),
        choice<L, ListenRole>(
            "role", [](L & l) -> auto& { return l.role; },
            {{"mx", ListenRole::mx},
             {"submission", ListenRole::submission},
             {"https", ListenRole::https},
             {"policy", ListenRole::policy},
             {"milter", ListenRole::milter}},
            "What this listener serves. \"mx\" accepts mail from other servers; \"submission\" accepts mail "
            "from "
            "our own users, who log in (auth.users_file) or are known by network or certificate; \"https\" "
            "serves the MTA-STS policies of our domains over TLS; \"policy\" and \"milter\" answer another "
            "MTA "
            "(docs/beside.md)."),
        choice<L, policy::ListenerTls>(
            "tls", [](L & l) -> auto& { return l.tls; },
            {{"starttls", policy::ListenerTls::starttls},
             {"implicit", policy::ListenerTls::implicit},
             {"none", policy::ListenerTls::none}},
            "Whether TLS begins with STARTTLS, with the first byte, or is not offered."),
        networks<L>(
            "proxy", [](L & l) -> auto& { return l.proxies; },
            "Networks of proxies that connect here and must send a PROXY protocol header (version 1 or 2). "
            "Connections from elsewhere are refused."),
    };
    for (auto& row : rows) row.reload = Reload::restart;
    return rows;
  }();
  return keys;
}

std::span<Key<DomainSettings> const> domain_keys() {
  using D = DomainSettings;
  static std::vector<Key<D>> const keys{
      texts<D>(
          "mailboxes", [](D & d) -> auto& { return d.mailboxes; },
          "The local parts that exist. \"*\" accepts every local part."),
      text<D>(
          "mailboxes_file", [](D & d) -> auto& { return d.mailboxes_file; },
          "A file of local parts, one per line; # begins a comment. It is read again on SIGHUP."),
      parsed<D>(
          "deliver", [](D & d) -> auto& { return d.deliver; }, &parse_deliver, &print_deliver,
          "Where mail is delivered: \"maildir:PATH\" with {domain} and {local}, \"lmtp:unix:PATH\", "
          "\"lmtp:ADDRESS:PORT\", "
          "\"discard\". Default: a Maildir below data_dir."),
      choice<D, std::optional<policy::TlsRequirement>>(
          "tls.require", [](D & d) -> auto& { return d.require_tls; },
          {requirements.begin(), requirements.end()},
          "Like the general tls.require, for recipients in this domain: \"always\" answers RCPT without TLS "
          "with 530 5.7.0."),
      choice<D, wire::StsMode>(
          "mta_sts.mode", [](D & d) -> auto& { return d.sts_mode; },
          {{"none", wire::StsMode::none},
           {"testing", wire::StsMode::testing},
           {"enforce", wire::StsMode::enforce}},
          "The MTA-STS policy that listeners with role \"https\" serve for this domain (RFC 8461); `postern "
          "dns` prints the records for it."),
      texts<D>(
          "mta_sts.mx", [](D & d) -> auto& { return d.sts_mx; },
          "The mail hosts that the policy names, also \"*.example.org\". Default: the host name."),
      duration<D>(
          "mta_sts.max_age", [](D & d) -> auto& { return d.sts_max_age; }, std::chrono::hours(1),
          std::chrono::hours(24 * 365), "How long senders keep the policy."),
      texts<D>(
          "tlsrpt.rua", [](D & d) -> auto& { return d.tlsrpt_rua; },
          "Where others shall send TLS reports (RFC 8460), such as \"mailto:tls@example.org\". `postern dns` "
          "prints the record for it."),
  };
  return keys;
}

}  // namespace postern::app

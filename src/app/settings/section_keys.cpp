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
            "Address and port: \"0.0.0.0:25\", \"[::]:25\"."),
        choice<L, ListenRole>(
            "role", [](L & l) -> auto& { return l.role; },
            {{"mx", ListenRole::mx},
             {"submission", ListenRole::submission},
             {"https", ListenRole::https},
             {"policy", ListenRole::policy},
             {"milter", ListenRole::milter}},
            "What is served: \"mx\": mail from other servers; \"submission\": mail from our own users, who "
            "log "
            "in (auth.users_file) or are known by network or certificate; \"https\": the MTA-STS policies of "
            "our domains, "
            "over TLS; \"policy\" and \"milter\": another MTA asks us (docs/beside.md)."),
        choice<L, policy::ListenerTls>(
            "tls", [](L & l) -> auto& { return l.tls; },
            {{"starttls", policy::ListenerTls::starttls},
             {"implicit", policy::ListenerTls::implicit},
             {"none", policy::ListenerTls::none}},
            "TLS after STARTTLS, from the first byte, or not at all."),
        networks<L>(
            "proxy", [](L & l) -> auto& { return l.proxies; },
            "Proxies that connect here, and must send a PROXY protocol header (version 1 or 2). Others are "
            "not "
            "served."),
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
          "mailboxes", [](D & d) -> auto& { return d.mailboxes; }, "Local parts that exist; \"*\": any."),
      text<D>(
          "mailboxes_file", [](D & d) -> auto& { return d.mailboxes_file; },
          "A file of local parts, one per line, # for comments. Read again on SIGHUP."),
      parsed<D>(
          "deliver", [](D & d) -> auto& { return d.deliver; }, &parse_deliver, &print_deliver,
          "Where to: \"maildir:PATH\" with {domain} and {local}, \"lmtp:unix:PATH\", \"lmtp:ADDRESS:PORT\", "
          "\"discard\". Default: a Maildir below data_dir."),
      choice<D, std::optional<policy::TlsRequirement>>(
          "tls.require", [](D & d) -> auto& { return d.require_tls; },
          {requirements.begin(), requirements.end()},
          "For recipients in this domain, instead of the general one: \"always\" answers RCPT in the clear "
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
          "Its mail hosts, also \"*.example.org\". Default: the host name."),
      duration<D>(
          "mta_sts.max_age", [](D & d) -> auto& { return d.sts_max_age; }, std::chrono::hours(1),
          std::chrono::hours(24 * 365), "How long senders keep the policy."),
      texts<D>(
          "tlsrpt.rua", [](D & d) -> auto& { return d.tlsrpt_rua; },
          "Where others are to send reports about TLS: \"mailto:tls@example.org\" (RFC 8460); for `postern "
          "dns`."),
  };
  return keys;
}

}  // namespace postern::app

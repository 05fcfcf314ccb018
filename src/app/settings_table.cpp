#include "app/settings_table.hpp"

#include <array>

#include "base/ascii.hpp"
#include "base/byte_size.hpp"

namespace postern::app {
namespace {

using Outcome = Result<void, std::string>;

std::string quoted_list(std::vector<std::string> const& items) {
  std::string out = "[";
  for (auto const& item : items) out += (out.size() > 1 ? ", " : "") + quoted(item);
  return out + "]";
}

template <class Owner, class Get>
Key<Owner> text(std::string name, Get get, std::string help) {
  return {std::move(name), "text", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> Outcome {
            auto const* given = std::get_if<std::string>(&value);
            if (given == nullptr) return fail(std::string("not a text in quotes"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> texts(std::string name, Get get, std::string help) {
  return {std::move(name), "list of texts", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> Outcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr) return fail(std::string("not a list of texts, such as [\"a\", \"b\"]"));
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted_list(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> number(std::string name, Get get, std::int64_t least, std::int64_t most, std::string help) {
  std::string const range = std::to_string(least) + " to " + std::to_string(most);
  return {std::move(name), "number, " + range, std::move(help),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> Outcome {
            auto const* given = std::get_if<std::int64_t>(&value);
            if (given == nullptr || *given < least || *given > most)
              return fail("not a number from " + range);
            get(owner) = static_cast<std::remove_reference_t<decltype(get(owner))>>(*given);
            return {};
          },
          [get](Owner const& owner) { return std::to_string(get(const_cast<Owner&>(owner))); }};
}

template <class Owner, class Get>
Key<Owner> size(std::string name, Get get, std::uint64_t least, std::uint64_t most, std::string help) {
  std::string const range = print_byte_size(least) + " to " + print_byte_size(most);
  return {std::move(name), "size, " + range, std::move(help),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> Outcome {
            std::optional<std::uint64_t> given;
            if (auto const* count = std::get_if<std::int64_t>(&value); count != nullptr && *count >= 0)
              given = static_cast<std::uint64_t>(*count);
            if (auto const* written = std::get_if<std::string>(&value)) given = parse_byte_size(*written);
            if (!given || *given < least || *given > most)
              return fail("not a size from " + range + ", such as \"50MiB\"");
            get(owner) = static_cast<std::remove_reference_t<decltype(get(owner))>>(*given);
            return {};
          },
          [get](Owner const& owner) { return quoted(print_byte_size(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> duration(std::string name, Get get, Duration least, Duration most, std::string help) {
  std::string const range = print_duration(least) + " to " + print_duration(most);
  return {std::move(name), "time, " + range, std::move(help),
          [get, least, most, range](Owner& owner, SettingValue const& value) -> Outcome {
            std::optional<Duration> given;
            if (auto const* seconds = std::get_if<std::int64_t>(&value))
              given = parse_duration(std::to_string(*seconds));
            if (auto const* written = std::get_if<std::string>(&value)) given = parse_duration(*written);
            if (!given || *given < least || *given > most)
              return fail("not a time from " + range + ", such as \"5m\"");
            get(owner) = *given;
            return {};
          },
          [get](Owner const& owner) { return quoted(print_duration(get(const_cast<Owner&>(owner)))); }};
}

template <class Owner, class Get>
Key<Owner> flag(std::string name, Get get, std::string help) {
  return {
      std::move(name), "true or false", std::move(help),
      [get](Owner& owner, SettingValue const& value) -> Outcome {
        auto const* given = std::get_if<bool>(&value);
        if (given == nullptr) return fail(std::string("not true or false"));
        get(owner) = *given;
        return {};
      },
      [get](Owner const& owner) { return std::string(get(const_cast<Owner&>(owner)) ? "true" : "false"); }};
}

template <class Owner, class Value, class Get>
Key<Owner> choice(std::string name, Get get, std::vector<std::pair<std::string, Value>> values,
                  std::string help) {
  std::string words;
  for (auto const& [word, value] : values) words += (words.empty() ? "" : ", ") + word;
  return {std::move(name), "one of " + words, std::move(help),
          [get, values, words](Owner& owner, SettingValue const& value) -> Outcome {
            auto const* given = std::get_if<std::string>(&value);
            for (auto const& [word, meaning] : values)
              if (given != nullptr && *given == word) return get(owner) = meaning, Outcome{};
            return fail("not one of " + words);
          },
          [get, values](Owner const& owner) -> std::string {
            for (auto const& [word, meaning] : values)
              if (get(const_cast<Owner&>(owner)) == meaning) return quoted(word);
            return "\"\"";
          }};
}

template <class Owner, class Get>
Key<Owner> networks(std::string name, Get get, std::string help) {
  return {std::move(name), "list of networks", std::move(help),
          [get](Owner& owner, SettingValue const& value) -> Outcome {
            auto const* given = std::get_if<std::vector<std::string>>(&value);
            if (given == nullptr)
              return fail(std::string("not a list of networks, such as [\"192.0.2.0/24\"]"));
            get(owner).clear();
            for (auto const& item : *given) {
              auto const network = Network::parse(item);
              if (!network)
                return fail(quoted(item) + " is not a network, such as 192.0.2.0/24 or 2001:db8::/32");
              get(owner).push_back(*network);
            }
            return {};
          },
          [get](Owner const& owner) {
            std::vector<std::string> items;
            for (auto const& network : get(const_cast<Owner&>(owner))) items.push_back(network.print());
            return quoted_list(items);
          }};
}

std::vector<std::pair<std::string, policy::TlsRequirement>> const requirements{
    {"never", policy::TlsRequirement::never},
    {"always", policy::TlsRequirement::always},
    {"tls>=1.2", policy::TlsRequirement::at_least_1_2},
    {"tls>=1.3", policy::TlsRequirement::at_least_1_3},
    {"client-certificate", policy::TlsRequirement::client_certificate},
    {"trusted-client-certificate", policy::TlsRequirement::trusted_client_certificate}};
std::vector<std::pair<std::string, net::TlsVersion>> const versions{{"1.0", net::TlsVersion::v1_0},
                                                                    {"1.1", net::TlsVersion::v1_1},
                                                                    {"1.2", net::TlsVersion::v1_2},
                                                                    {"1.3", net::TlsVersion::v1_3}};

#define POSTERN_AT(member) \
  [](Settings & s) -> auto& { return s.member; }

std::vector<Key<Settings>> make_general_keys() {
  using S = Settings;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  using std::chrono::seconds;
  constexpr Duration none{};
  return {
      text<S>("hostname", POSTERN_AT(hostname),
              "The name of this server, in greetings and Received fields. Default: the system's."),
      text<S>("data_dir", POSTERN_AT(data_dir),
              "Where spool, facts, the made certificate and the control socket are."),
      number<S>("threads", POSTERN_AT(threads), 0, 256, "Event loops for connections; 0: one a core."),
      duration<S>("shutdown_limit", POSTERN_AT(shutdown_limit), none, hours(1),
                  "How long open transactions may go on after SIGTERM."),

      number<S>("smtp.max_recipients", POSTERN_AT(smtp.max_recipients), 100, 100'000,
                "Recipients taken in one transaction; beyond it 452 4.5.3 (RFC 5321 section 4.5.3.1.8)."),
      size<S>("smtp.max_message_size", POSTERN_AT(smtp.max_message_size), 64U << 10, 2ULL << 30,
              "Bytes of a message; beyond it 552 5.3.4."),
      size<S>("smtp.max_header_size", POSTERN_AT(smtp.max_header_size), 16U << 10, 64U << 20,
              "Bytes of a header section."),
      size<S>("smtp.max_line", POSTERN_AT(smtp.max_line), 1024, 12U << 10,
              "Bytes of a command line (RFC 5321 section 4.5.3.1.4)."),
      number<S>("smtp.max_hops", POSTERN_AT(smtp.max_hops), 10, 1000,
                "Received fields after which a message is taken for a loop (RFC 5321 section 6.3)."),
      number<S>("smtp.max_errors", POSTERN_AT(smtp.max_errors), 1, 10'000,
                "Bad commands after which a client is sent away with 421."),
      number<S>("smtp.max_idle_commands", POSTERN_AT(smtp.max_idle_commands), 10, 100'000,
                "Commands between two messages after which a client is sent away with 421."),
      choice<S, dialogue::BareNewlines>(
          "smtp.bare_newlines", POSTERN_AT(smtp.bare_newlines),
          {{"normalize", dialogue::BareNewlines::normalize}, {"reject", dialogue::BareNewlines::reject}},
          "What to do with CR or LF that stands alone: rewrite it to CRLF, or refuse the message with 550 "
          "5.6.0. Neither ever ends a message."),
      number<S>("smtp.max_connections", POSTERN_AT(admission.connections), 1, 1'000'000,
                "Connections in all; beyond it 421."),
      number<S>("smtp.max_connections_per_client", POSTERN_AT(admission.connections_per_client), 1, 1'000'000,
                "Connections of one client address. Loopback and relay.networks are exempt."),
      duration<S>("smtp.command_timeout", POSTERN_AT(timeouts.command), seconds(1), hours(1),
                  "How long to wait for a command (RFC 5321 section 4.5.3.2.7)."),
      duration<S>("smtp.content_timeout", POSTERN_AT(timeouts.content), seconds(1), hours(1),
                  "How long to wait for more of a message (RFC 5321 section 4.5.3.2.5)."),
      duration<S>("smtp.busy_timeout", POSTERN_AT(timeouts.busy), milliseconds(100), hours(1),
                  "Instead of both while more than four fifths of smtp.max_connections are open."),

      texts<S>("tls.certificate", POSTERN_AT(tls.certificate),
               "PEM files, each with its chain. Several: by SNI, and ECDSA beside RSA. None: a self-signed "
               "one is made in data_dir."),
      texts<S>("tls.key", POSTERN_AT(tls.key), "Their keys, in the same order."),
      choice<S, net::TlsVersion>("tls.min_version", POSTERN_AT(tls.min_version), versions,
                                 "The oldest version taken."),
      choice<S, net::TlsVersion>("tls.max_version", POSTERN_AT(tls.max_version), versions,
                                 "The newest version taken."),
      text<S>("tls.ciphers", POSTERN_AT(tls.ciphers),
              "Ciphers for TLS 1.2 and older, as OpenSSL's ciphers(1) writes them."),
      text<S>("tls.groups", POSTERN_AT(tls.groups), "Groups of the key exchange, preferred first."),
      choice<S, net::ClientCertificates>(
          "tls.client_certificates", POSTERN_AT(tls.client_certificates),
          {{"ask", net::ClientCertificates::ask}, {"ignore", net::ClientCertificates::ignore}},
          "Whether clients are asked for a certificate. Whatever they show is taken and recorded."),
      text<S>(
          "tls.ca_file", POSTERN_AT(tls.ca_file),
          "PEM file of the authorities whose client certificates count as trusted. Default: the system's."),
      duration<S>("tls.ticket_lifetime", POSTERN_AT(tls.ticket_lifetime), minutes(1), hours(168),
                  "How long a key for session tickets is used; for as long again its tickets are taken."),
      duration<S>("tls.handshake_timeout", POSTERN_AT(timeouts.handshake), seconds(1), minutes(10),
                  "How long a handshake may take."),
      number<S>("tls.max_handshakes", POSTERN_AT(admission.handshakes), 1, 1'000'000,
                "Handshakes at the same time; beyond it STARTTLS is answered with 454."),
      choice<S, policy::TlsRequirement>(
          "tls.require", POSTERN_AT(require_tls), requirements,
          "Whether mail must come over TLS: \"always\" answers MAIL in the clear with 530 5.7.0. RFC 3207 "
          "section 4: a publicly-referenced server MUST NOT require it."),
      number<S>("tls.failures_before_clear", POSTERN_AT(fallback.failures), 0, 1000,
                "Failed handshakes of a client in a row after which STARTTLS is not offered to it for a "
                "while, so that its mail comes in the clear rather than never; 0: always offered."),
      duration<S>("tls.clear_for", POSTERN_AT(fallback.clear_for), seconds(1), hours(720),
                  "How long that while is."),

      networks<S>("relay.networks", POSTERN_AT(relay_networks), "Clients that may send to other domains."),

      duration<S>("queue.first_retry", POSTERN_AT(retry.first), milliseconds(100), hours(24),
                  "How long after a delivery that failed for now the next is tried; each wait is twice the "
                  "one before."),
      duration<S>("queue.max_retry", POSTERN_AT(retry.longest), milliseconds(100), hours(168),
                  "The longest wait between two tries."),
      duration<S>("queue.lifetime", POSTERN_AT(retry.lifetime), seconds(1), hours(24 * 30),
                  "How long delivery is tried before it fails for good (RFC 5321 section 4.5.4.1)."),
      size<S>("spool.segment_size", POSTERN_AT(segment_size), 64U << 10, 4ULL << 30,
              "Bytes after which the spool begins a new file."),

      duration<S>("facts.retention", POSTERN_AT(facts_retention), hours(1), hours(24 * 3650),
                  "How long facts are kept."),
      text<S>("web.address", POSTERN_AT(web_address),
              "Where /metrics and /healthz are served over HTTP; empty: nowhere."),
      flag<S>("dns.enabled", POSTERN_AT(dns.enabled), "Whether clients' names are looked up."),
      texts<S>("dns.servers", POSTERN_AT(dns.servers),
               "Name servers to ask, \"192.0.2.53\" or \"192.0.2.53@5353\". None: those of the system."),
      duration<S>("dns.wait", POSTERN_AT(timeouts.name), none, seconds(30),
                  "How long a client may have to wait for the look-up of its name, from its connection on."),
      choice<S, Severity>("log.level", POSTERN_AT(log_level),
                          {{"debug", Severity::debug},
                           {"info", Severity::info},
                           {"warning", Severity::warning},
                           {"error", Severity::error}},
                          "The least that is logged."),
      choice<S, LogFormat>("log.format", POSTERN_AT(log_format),
                           {{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
                           "How log lines are written, to standard error."),
  };
}

#undef POSTERN_AT

}  // namespace

std::span<Key<Settings> const> general_keys() {
  static auto const keys = make_general_keys();
  return keys;
}

std::span<Key<ListenSettings> const> listen_keys() {
  using L = ListenSettings;
  static std::vector<Key<L>> const keys{
      text<L>(
          "address", [](L & l) -> auto& { return l.address; },
          "Address and port: \"0.0.0.0:25\", \"[::]:25\"."),
      choice<L, std::string>(
          "role", [](L & l) -> auto& { return l.role; }, {{"mx", "mx"}},
          "What is served: mail from other servers."),
      choice<L, policy::ListenerTls>(
          "tls", [](L & l) -> auto& { return l.tls; },
          {{"starttls", policy::ListenerTls::starttls},
           {"implicit", policy::ListenerTls::implicit},
           {"none", policy::ListenerTls::none}},
          "TLS after STARTTLS, from the first byte, or not at all."),
      networks<L>(
          "proxy", [](L & l) -> auto& { return l.proxies; },
          "Proxies that connect here, and must send a PROXY protocol header (version 1 or 2). Others are not "
          "served."),
  };
  return keys;
}

std::span<Key<DomainSettings> const> domain_keys() {
  using D = DomainSettings;
  static std::vector<Key<D>> const keys{
      texts<D>(
          "mailboxes", [](D & d) -> auto& { return d.mailboxes; }, "Local parts that exist; \"*\": any."),
      text<D>(
          "mailboxes_file", [](D & d) -> auto& { return d.mailboxes_file; },
          "A file of local parts, one a line, # for comments. Read again on SIGHUP."),
      text<D>(
          "deliver", [](D & d) -> auto& { return d.deliver; },
          "Where to: \"maildir:PATH\" with {domain} and {local}, \"lmtp:unix:PATH\", \"lmtp:ADDRESS:PORT\", "
          "\"discard\". Default: a Maildir below data_dir."),
      choice<D, std::optional<policy::TlsRequirement>>(
          "tls.require", [](D & d) -> auto& { return d.require_tls; },
          {requirements.begin(), requirements.end()},
          "For recipients in this domain, instead of the general one: \"always\" answers RCPT in the clear "
          "with 530 5.7.0."),
  };
  return keys;
}

}  // namespace postern::app

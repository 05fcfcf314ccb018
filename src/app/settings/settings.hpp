// All that the owner may set, with the defaults of the structs that the floors below own. Names, bounds and
// help: settings_table. What a running server can take over on SIGHUP is in LiveSettings; what it goes by
// from its start to its end is in StartSettings. Nothing that is handed one of them can read the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/log.hpp"
#include "delivery/digest.hpp"
#include "delivery/retry_times.hpp"
#include "delivery/route.hpp"
#include "delivery/send_settings.hpp"
#include "delivery/sts_policies.hpp"
#include "delivery/tls_reports.hpp"
#include "dialogue/smtp_settings.hpp"
#include "net/dns.hpp"
#include "net/tls_settings.hpp"
#include "policy/destination_tls.hpp"
#include "policy/policy.hpp"
#include "session/admission.hpp"
#include "session/filter_config.hpp"
#include "session/gate_config.hpp"

namespace postern::app {

enum class ListenRole : std::uint8_t { mx, submission, https, policy, milter };

struct ListenSettings {
  std::string address = {};
  ListenRole role = ListenRole::mx;
  policy::ListenerTls tls = policy::ListenerTls::starttls;
  std::vector<Network> proxies = {};
  int line = 0;
};

struct DomainSettings {
  std::string name;
  std::vector<std::string> mailboxes;
  std::string mailboxes_file;
  std::vector<std::pair<std::string, std::vector<std::string>>> aliases;
  std::optional<delivery::Route> deliver;  // absent: a Maildir in the data directory
  std::optional<policy::TlsRequirement> require_tls;
  wire::StsMode sts_mode = wire::StsMode::none;
  std::vector<std::string> sts_mx;  // empty: the host name
  Duration sts_max_age = std::chrono::hours(24 * 7);
  std::vector<std::string> tlsrpt_rua;
  int line = 0;
};

struct RouteSettings {
  std::string name;  // "example.net", "*.example.net", "*"
  delivery::Route via = delivery::MxRoute{};
  policy::DestinationLevel tls = policy::DestinationLevel::opportunistic;
  std::vector<std::string> fingerprints;
  std::string user;
  std::string password_file;
  int line = 0;
};

struct RuleSettings {
  std::string name;
  std::string when;
  policy::Effect then = policy::Effect::defer;
  std::string reply;
  std::uint32_t rollout = 0;          // of 10,000 sending hosts on which it is enforced; 0: it observes
  std::optional<Address> deliver_to;  // instead of the recipient
  int line = 0;
};

struct ListSettings {
  std::string name;
  std::vector<std::string> entries;  // also "file:PATH", "sqlite:PATH:SELECT ..."
  int line = 0;
};

struct FilterSettings {
  std::string name;
  std::optional<session::FilterKind> kind;
  std::string url;     // "http://127.0.0.1:11333"
  std::string socket;  // "unix:PATH", "inet:127.0.0.1:8891"
  session::FilterFailure on_failure = session::FilterConfig{}.on_failure;
  session::FilterScope scope = session::FilterConfig{}.scope;
  Duration timeout = session::FilterConfig{}.timeout;
  std::uint64_t max_message = session::FilterConfig{}.max_message;
  int line = 0;
};

struct StartSettings {
  std::string data_dir = "postern-data";
  int threads = 0;
  Duration shutdown_limit = std::chrono::seconds(30);
  session::AdmissionLimits admission;
  Duration ticket_lifetime = std::chrono::hours(12);
  Duration memory_expire = policy::TlsMemorySettings{}.expire;
  std::size_t memory_size = policy::TlsMemorySettings{}.size;
  std::string maildrop;  // a directory; empty: "drop" in the data directory
  std::uint64_t segment_size = 64U << 20;
  Duration facts_retention = std::chrono::hours(24 * 90);
  std::uint64_t facts_max_size = 2ULL << 30;  // bytes
  std::string web_address = "127.0.0.1:8025";
  net::DnsSettings dns;
  Severity log_level = Severity::info;
  LogFormat log_format = LogFormat::logfmt;
  std::vector<ListenSettings> listen;
};

struct LiveSettings {
  std::string hostname;
  dialogue::SmtpSettings smtp;
  session::Timeouts timeouts;
  net::TlsSettings tls;
  policy::TlsRequirement require_tls = policy::TlsRequirement::never;
  policy::TlsFallback fallback;
  policy::TlsMemorySettings memory;  // its size and expiry are StartSettings'
  std::vector<std::string> pins;
  bool spf_check = true;
  bool verify_messages = true;
  policy::DmarcSettings dmarc;  // as written; what holds: build_dmarc()
  delivery::DigestSettings notices;
  std::vector<Network> relay_networks;
  std::vector<std::string> relay_certificates;
  std::string users_file;
  std::string origin;  // as written; what it means: origin_of()
  policy::Senders senders = policy::Senders::own;
  std::vector<std::string> may_send_as;
  delivery::RetrySettings retry;
  delivery::SendSettings send;
  std::string dkim_keys;  // a directory; empty: nothing is signed
  delivery::Forwarding forwarding = delivery::Forwarding::as_it_is;
  delivery::StsSettings sts;
  delivery::TlsReportSettings tls_reports;
  std::vector<DomainSettings> domains;
  std::vector<RouteSettings> routes;
  std::vector<RuleSettings> rules;
  std::vector<ListSettings> lists;
  std::vector<FilterSettings> filters;
};

struct Settings {
  std::string file;  // they were read from; empty: the embedded defaults
  std::string base;  // directory that relative paths in the file are relative to
  StartSettings start;
  LiveSettings live;

  std::string path(std::string const& written) const;  // as the process sees it
  std::string data_directory() const { return path(start.data_dir); }
  std::string maildrop_directory() const;
  std::string key_directory() const { return live.dkim_keys.empty() ? std::string() : path(live.dkim_keys); }
};

// The domain of addresses that local programs write without one: send.origin, or the first domain of the
// file.
std::string origin_of(LiveSettings const& live);

// Fills in what an absent key means where that depends on others: host name, listeners, domains.
void complete(Settings& settings);

Settings default_settings();  // of `postern serve` without a configuration

}  // namespace postern::app

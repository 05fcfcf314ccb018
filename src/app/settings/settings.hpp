// All that the owner may set, with the defaults of its owners' structs. Names, bounds and help:
// app/settings_table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "delivery/drop_pickup.hpp"
#include "delivery/notices.hpp"
#include "delivery/retry_times.hpp"
#include "delivery/send_settings.hpp"
#include "delivery/sts_policies.hpp"
#include "delivery/tls_reports.hpp"
#include "dialogue/smtp_settings.hpp"
#include "net/dns.hpp"
#include "net/tls_settings.hpp"
#include "policy/destination_tls.hpp"
#include "policy/policy.hpp"
#include "session/admission.hpp"
#include "session/gate_config.hpp"

namespace postern::app {

struct ListenSettings {
  std::string address;
  std::string role = "mx";
  policy::ListenerTls tls = policy::ListenerTls::starttls;
  std::vector<Network> proxies;
  int line = 0;
};

struct DomainSettings {
  std::string name;
  std::vector<std::string> mailboxes;
  std::string mailboxes_file;
  std::vector<std::pair<std::string, std::vector<std::string>>> aliases;
  std::string deliver;
  std::optional<policy::TlsRequirement> require_tls;
  wire::StsMode sts_mode = wire::StsMode::none;
  std::vector<std::string> sts_mx;  // empty: the host name
  Duration sts_max_age = std::chrono::hours(24 * 7);
  std::vector<std::string> tlsrpt_rua;
  int line = 0;
};

struct RouteSettings {
  std::string name;  // "example.net", "*.example.net", "*"
  std::string via = "mx";
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
  std::string mode = "observe";
  std::string deliver_to;
  int line = 0;
};

struct ListSettings {
  std::string name;
  std::vector<std::string> entries;  // also "file:PATH", "sqlite:PATH:SELECT ..."
  int line = 0;
};

struct Settings {
  std::string file;  // they were read from; empty: the embedded defaults
  std::string base;  // directory that relative paths in the file are relative to
  std::string hostname;
  std::string data_dir = "postern-data";
  int threads = 0;
  dialogue::SmtpSettings smtp;
  session::Timeouts timeouts;
  session::AdmissionLimits admission;
  net::TlsSettings tls;
  policy::TlsRequirement require_tls = policy::TlsRequirement::never;
  policy::TlsFallback fallback;
  policy::TlsMemorySettings memory;
  std::vector<std::string> pins;
  bool spf_check = true;
  delivery::NoticeSettings notices;
  std::vector<Network> relay_networks;
  std::vector<std::string> relay_certificates;
  std::string users_file;
  delivery::RetrySettings retry;
  delivery::SendSettings send;
  delivery::StsSettings sts;
  delivery::TlsReportSettings tls_reports;
  delivery::DropSettings drop;
  std::uint64_t segment_size = 64U << 20;
  Duration facts_retention = std::chrono::hours(24 * 90);
  std::string web_address = "127.0.0.1:8025";
  net::DnsSettings dns;
  Severity log_level = Severity::info;
  LogFormat log_format = LogFormat::logfmt;
  Duration shutdown_limit = std::chrono::seconds(30);
  std::vector<ListenSettings> listen;
  std::vector<DomainSettings> domains;
  std::vector<RouteSettings> routes;
  std::vector<RuleSettings> rules;
  std::vector<ListSettings> lists;

  std::string path(std::string const& written) const;  // as the process sees it
  std::string drop_directory() const;
};

}  // namespace postern::app

// From settings to what the floors below go by. Everything a configuration can have wrong beyond its grammar
// is found here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/settings/settings.hpp"
#include "base/instant.hpp"
#include "delivery/scheduler.hpp"
#include "delivery/tls_reports.hpp"
#include "net/ticket_keys.hpp"
#include "session/gate_config.hpp"
#include "web/sts_site.hpp"

namespace postern::app {

// The TLS that clients meet, and since when.
struct TlsInUse {
  std::string fingerprint;  // net::TlsContext's; empty: none yet
  Instant since{};
};

// All of it can be taken over on SIGHUP: it is what the parts of a running server are handed again.
struct BuiltConfig {
  std::shared_ptr<session::GateConfig const> gate;
  std::shared_ptr<delivery::DeliveryConfig const> delivery;
  delivery::TlsReportConfig tls_reports;
  delivery::DigestConfig notices;
  std::shared_ptr<web::StsPolicies const> sts_site;
  TlsInUse tls;
  std::vector<std::string> errors;    // not empty: gate and delivery are absent
  std::vector<std::string> warnings;  // legal, but most likely wrong
  std::vector<std::string> notes;     // as it may be, but the owner should know
};

// `tickets` outlives the result. Without tls.certificate a self-signed one is made in data_dir, or the one
// made before is used. `before`: what the configuration before had, so that failed handshakes count from the
// last change of certificates on.
BuiltConfig build_config(Settings const& settings, net::TicketKeys& tickets, TlsInUse const& before = {});

// The same checks without making anything: for `postern check`.
BuiltConfig check_config(Settings const& settings);

// What is wrong with the settings that only a start reads.
std::vector<std::string> start_errors(Settings const& settings);

}  // namespace postern::app

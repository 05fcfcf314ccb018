// Looks at a domain as a sender would see it: its mail hosts, each of their addresses, TLS, and what the
// domain publishes. Sends no mail.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings/settings.hpp"
#include "auth/signing_keys.hpp"
#include "delivery/host_finder.hpp"
#include "session/client_session.hpp"

namespace postern::app {

struct ProbedAddress {
  net::Endpoint endpoint;
  std::string problem;  // why there was no conversation; empty: there was
  std::string greeting_problem;
  bool offers_starttls = false;
  std::optional<net::TlsInfo> tls;
  net::ServerProof proof;             // by name, or by DANE where there is
  std::string tls_problem;            // why the handshake failed
  std::vector<std::string> versions;  // taken, newest first
  wire::PeerExtensions extensions;
};

struct ProbedHost {
  net::MailHost mail_host;
  policy::HostInputs inputs;
  std::string plan;     // the policy that applies, or why the host may not be used
  bool usable = false;  // by that policy, were it reached
  bool sts_listed = true;
  std::string problem;  // why it has no addresses
  std::vector<ProbedAddress> addresses;
};

enum class KeyInDns : std::uint8_t { fits, other, missing, unknown };

constexpr std::string_view print(KeyInDns outcome) {
  switch (outcome) {
    case KeyInDns::fits: return "published";
    case KeyInDns::other: return "another one is published";
    case KeyInDns::missing: return "not published";
    case KeyInDns::unknown: return "unknown";
  }
  return {};
}

struct ProbedKey {  // one of ours that sign for the domain
  auth::KeyName name;
  KeyInDns outcome = KeyInDns::unknown;
  std::string problem = {};  // why it is unknown
};

struct Probe {
  std::string domain;
  std::optional<wire::Reply> refusal;  // there is nobody who takes mail
  bool null_mx = false;
  bool secure = false;  // MX records validated by DNSSEC
  delivery::StsFound sts;
  std::string tlsrpt_problem;
  std::vector<std::string> tlsrpt;
  std::vector<ProbedHost> hosts;
  std::vector<ProbedKey> keys;
};

// The error is for people. Takes as long as the servers let it; each wait ends after half a minute.
Result<Probe, std::string> probe_domain(Settings const& settings, std::string const& domain);

// Whether it could be looked up where the domain's mail goes. When not, nothing else is known of it.
bool is_known(Probe const& probe);

struct Finding {
  bool wrong = false;  // mail, or its protection, is lost; else it could be better
  std::string what;    // and how to fix it, in a sentence or two
};

std::vector<Finding> findings(Probe const& probe);  // the wrong ones first

std::string_view print(policy::TlsaState state);
std::string print_text(Probe const& probe);
std::string print_json(Probe const& probe);

}  // namespace postern::app

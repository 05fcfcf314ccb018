// What the owner has decided: the rules decide() goes by.
// Threads: immutable; a reload makes a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "auth/srs.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "policy/directory.hpp"
#include "policy/pin.hpp"
#include "policy/rule_match.hpp"
#include "policy/sender_rights.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {

struct TlsFallback {
  std::uint32_t failures = 3;  // failed handshakes in a row before STARTTLS is withheld; 0: never
  Duration clear_for = std::chrono::hours(1);  // how long it is
  Instant certificates_since = {};             // when those in use were loaded: failures before do not count
};

// When a host's TLS is remembered well enough to be expected ("remembered").
struct TlsMemorySettings {
  std::uint32_t sessions = 3;
  Duration days = std::chrono::hours(24);          // between the first and the last of them
  Duration grace_period = std::chrono::hours(24);  // how long mail in the clear is put off
  Effect then = Effect::flag;                      // what becomes of it afterwards: flag or reject
  Duration expire = std::chrono::hours(24 * 90);
  std::size_t size = 100'000;  // of each kind: hosts, clients, sender domains
};

enum class Enforce : std::uint8_t { off, observe, on };

// What is done with mail that fails DMARC (RFC 7489 section 6.7), and for whom nothing is.
struct DmarcSettings {
  Enforce enforce = Enforce::off;
  std::vector<std::string> trusted_sealers = {};  // domains, lower case: those whose word counts (RFC 8617)
  std::vector<Network> trusted_forwarders = {};   // hosts that pass mail on as it is
};

class RuleSet;

struct Policy {
  Directory directory;
  std::vector<Network> relay_networks = {};
  std::unordered_set<std::string> relay_certificates = {};  // SHA-256 of public keys, hexadecimal, lower case
  bool logins = false;                                      // there are users who can log in
  TlsRequirement tls = TlsRequirement::never;
  std::unordered_map<std::string, TlsRequirement> sender_tls = {};  // by sender domain, lower-case A-label
  TlsFallback fallback = {};
  TlsMemorySettings memory = {};
  bool checks_spf = true;         // looks up the SPF of senders that are not ours, as a fact
  bool verifies_messages = true;  // DKIM, ARC and DMARC of what comes from outside
  DmarcSettings dmarc = {};
  std::unordered_map<std::string, Pin> pins = {};  // by sender domain, lower-case A-label
  std::unordered_set<std::string> tls_report_addresses =
      {};                                     // "local@domain", lower case: RFC 8460 section 3
  Senders senders = Senders::any;             // of users who have logged in
  SenderGrants may_send_as = {};              // with Senders::own
  std::shared_ptr<RuleSet const> rules = {};  // null: none
  std::shared_ptr<auth::Srs const> srs = {};  // null: forwarded mail keeps its sender
};

}  // namespace postern::policy

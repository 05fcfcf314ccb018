// What TLS a destination must speak, and the strongest policy that applies to one of its hosts: what the
// owner has set, what the receiver publishes by DANE (RFC 7672) and MTA-STS (RFC 8461), and what the message
// asks for (RFC 8689). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/mta_sts.hpp"
#include "wire/tlsa.hpp"

namespace postern::policy {

enum class DestinationLevel : std::uint8_t {
  none,           // in the clear
  opportunistic,  // whenever offered (RFC 7435), and proved where the receiver has published how
  dane,           // the same, but MTA-STS is not looked at
  mta_sts,        // the same, but DANE is not looked at
  required,       // TLS, whoever it is
  verified,       // TLS with a certificate of a trusted authority for the host
  fingerprint     // TLS with one of the certificates or keys that are configured
};
std::string_view print(DestinationLevel level);

struct DestinationTls {
  DestinationLevel level = DestinationLevel::opportunistic;
  std::vector<std::string> fingerprints;  // SHA-256, hexadecimal, lower case

  bool looks_at_dane() const {
    return level != DestinationLevel::none && level != DestinationLevel::mta_sts &&
           level != DestinationLevel::fingerprint;
  }
  bool looks_at_mta_sts() const {
    return level != DestinationLevel::none && level != DestinationLevel::dane &&
           level != DestinationLevel::fingerprint;
  }
};

// What was found in the DNS for a host; `insecure` is also what is not signed.
enum class TlsaState : std::uint8_t { not_asked, absent, insecure, unusable, usable, failed };

// Whether it is known if a domain has an MTA-STS policy. A policy in the cache counts as known.
enum class StsLookUp : std::uint8_t {
  done,            // there is one, or there is none
  failed,          // the DNS has not said, or what it said is bogus
  failed_for_long  // the DNS has not said for hours, whenever it was asked
};

struct HostInputs {
  std::string host;  // its name
  std::vector<std::string>
      tlsa_names;  // the host's, and the domain's names for usage 2 (RFC 7672 section 3.2.2)
  TlsaState tlsa_state = TlsaState::not_asked;
  std::vector<wire::Tlsa> tlsa;  // usable ones
  std::string tlsa_problem;      // when it failed
  bool host_secure = false;      // the host was found by validated MX records, or is configured
  wire::StsMode sts = wire::StsMode::none;
  bool sts_match = false;  // the policy lists the host
  StsLookUp sts_look_up = StsLookUp::done;
  std::string sts_problem = {};  // when it failed
  bool requiretls = false;       // the message asks for it (RFC 8689 section 4.2.1)
  bool tls_optional = false;     // "TLS-Required: No" (RFC 8689 section 3)
};

enum class AppliedPolicy : std::uint8_t {
  none,
  opportunistic,
  dane,
  mta_sts,
  required,
  verified,
  fingerprint,
  requiretls
};
std::string_view print(AppliedPolicy policy);

// How a host proves that it is the one that is meant; none: it does not.
enum class HostProof : std::uint8_t { none, name, dane, fingerprint };

// Whether a server that has proved itself so may hear the password of a route with this demand. Where the
// demand asks for no proof, nobody may.
bool may_hear_password(DestinationLevel demand, HostProof proved);

struct HostPlan {
  AppliedPolicy applied = AppliedPolicy::opportunistic;
  bool tls = true;    // whether it is spoken when offered
  bool must = false;  // whether nothing is sent without it
  HostProof proof = HostProof::none;
  std::vector<std::string> names = {};  // for SNI and the certificate
  std::vector<wire::Tlsa> tlsa = {};
  bool testing = false;  // MTA-STS "testing": what would fail is reported, and delivered all the same
};

struct HostRefusal {
  bool permanent = false;    // else it may pass
  std::uint16_t detail = 0;  // of the status X.7.detail
  std::string why = {};
};

// Never weaker than what the owner demands. "TLS-Required: No" lifts what the receiver has published, and
// nothing else; REQUIRETLS adds to both.
Result<HostPlan, HostRefusal> plan_for(DestinationTls const& wanted, HostInputs const& host);

}  // namespace postern::policy

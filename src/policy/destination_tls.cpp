#include "policy/destination_tls.hpp"

namespace postern::policy {

std::string_view print(DestinationLevel level) {
  switch (level) {
    case DestinationLevel::none: return "none";
    case DestinationLevel::opportunistic: return "opportunistic";
    case DestinationLevel::dane: return "dane";
    case DestinationLevel::mta_sts: return "mta-sts";
    case DestinationLevel::required: return "required";
    case DestinationLevel::verified: return "verified";
    case DestinationLevel::fingerprint: return "fingerprint";
  }
  return {};
}

std::string_view print(AppliedPolicy policy) {
  switch (policy) {
    case AppliedPolicy::none: return "none";
    case AppliedPolicy::opportunistic: return "opportunistic";
    case AppliedPolicy::dane: return "dane";
    case AppliedPolicy::mta_sts: return "mta-sts";
    case AppliedPolicy::required: return "required";
    case AppliedPolicy::verified: return "verified";
    case AppliedPolicy::fingerprint: return "fingerprint";
    case AppliedPolicy::requiretls: return "requiretls";
  }
  return {};
}

namespace {

HostPlan by_name(AppliedPolicy applied, std::string const& host) {
  return {applied, true, true, HostProof::name, {host}, {}, false};
}

HostPlan by_dane(HostInputs const& host) {
  return {AppliedPolicy::dane, true, true, HostProof::dane, host.tlsa_names, host.tlsa, false};
}

HostPlan encrypted(AppliedPolicy applied, std::string const& host, bool must) {
  return {applied, true, must, HostProof::none, {host}, {}, false};
}

// RFC 8689 section 4.2.1: the host must be the right one, and prove it.
Result<HostPlan, HostRefusal> plan_requiretls(HostInputs const& host) {
  bool const by_sts = host.sts == wire::StsMode::enforce && host.sts_match;
  if (host.tlsa_state == TlsaState::usable) {
    auto plan = by_dane(host);
    plan.applied = AppliedPolicy::requiretls;
    return plan;
  }
  if (!host.host_secure && !by_sts)
    return fail(
        HostRefusal{true, 10, "REQUIRETLS: neither DNSSEC nor MTA-STS vouches for the host " + host.host});
  return by_name(AppliedPolicy::requiretls, host.host);
}

// What the receiver has published; DANE goes before MTA-STS (RFC 8461 section 2).
Result<HostPlan, HostRefusal> plan_published(DestinationTls const& wanted, HostInputs const& host) {
  if (wanted.looks_at_dane()) {
    switch (host.tlsa_state) {
      case TlsaState::usable: return by_dane(host);
      // RFC 7672 section 2.2: TLS without authentication, where no record can be used.
      case TlsaState::unusable: return encrypted(AppliedPolicy::dane, host.host, true);
      // RFC 7672 section 2.1.2: whether there are records cannot be told: the host is not used now.
      case TlsaState::failed: return fail(HostRefusal{false, 5, "DANE: " + host.tlsa_problem});
      case TlsaState::not_asked:
      case TlsaState::absent:
      case TlsaState::insecure: break;
    }
  }
  if (wanted.looks_at_mta_sts() && host.sts != wire::StsMode::none) {
    bool const testing = host.sts == wire::StsMode::testing;
    if (!host.sts_match && !testing)  // RFC 8461 section 5
      return fail(HostRefusal{false, 5, "MTA-STS: the policy does not list the host " + host.host});
    auto plan = by_name(AppliedPolicy::mta_sts, host.host);
    plan.testing = testing;
    return plan;
  }
  return encrypted(AppliedPolicy::opportunistic, host.host, false);
}

}  // namespace

Result<HostPlan, HostRefusal> plan_for(DestinationTls const& wanted, HostInputs const& host) {
  if (host.requiretls) return plan_requiretls(host);
  // RFC 8689 section 3: delivery matters more to the sender than TLS does.
  if (host.tls_optional && wanted.level != DestinationLevel::none)
    return encrypted(AppliedPolicy::opportunistic, host.host, false);
  switch (wanted.level) {
    case DestinationLevel::none:
      return HostPlan{AppliedPolicy::none, false, false, HostProof::none, {}, {}, false};
    case DestinationLevel::verified: {
      // What is proved by DANE is proved better than by an authority.
      if (host.tlsa_state == TlsaState::usable) return by_dane(host);
      return by_name(AppliedPolicy::verified, host.host);
    }
    case DestinationLevel::fingerprint: {
      auto plan = encrypted(AppliedPolicy::fingerprint, host.host, true);
      plan.proof = HostProof::fingerprint;
      return plan;
    }
    case DestinationLevel::opportunistic:
    case DestinationLevel::dane:
    case DestinationLevel::mta_sts: return plan_published(wanted, host);
    case DestinationLevel::required: break;
  }
  auto published = plan_published(wanted, host);
  bool const stronger = !published || (published->must && !published->testing);
  return stronger ? published : encrypted(AppliedPolicy::required, host.host, true);
}

}  // namespace postern::policy

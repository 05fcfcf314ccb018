#include "policy/destination_tls.hpp"

#include <utility>

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

bool may_hear_password(DestinationLevel demand, HostProof proved) {
  switch (demand) {
    case DestinationLevel::none:
    case DestinationLevel::opportunistic:
    case DestinationLevel::mta_sts:
    case DestinationLevel::required: return false;
    case DestinationLevel::dane: return proved == HostProof::dane;
    case DestinationLevel::verified: return proved == HostProof::name || proved == HostProof::dane;
    case DestinationLevel::fingerprint: return proved == HostProof::fingerprint;
  }
  return false;
}

namespace {

HostPlan by_name(AppliedPolicy applied, std::string const& host) {
  return {.applied = applied, .must = true, .proof = HostProof::name, .names = {host}};
}

HostPlan by_dane(HostInputs const& host) {
  return {.applied = AppliedPolicy::dane,
          .must = true,
          .proof = HostProof::dane,
          .names = host.tlsa_names,
          .tlsa = host.tlsa};
}

HostPlan encrypted(AppliedPolicy applied, std::string const& host, bool must) {
  return {.applied = applied, .must = must, .names = {host}};
}

Result<HostPlan, HostRefusal> put_off(std::string why) {
  return fail(HostRefusal{.permanent = false, .detail = 5, .why = std::move(why)});
}

// What the owner demands, whatever the receiver publishes and the message asks for.
HostPlan owners_plan(DestinationTls const& wanted, HostInputs const& host) {
  switch (wanted.level) {
    case DestinationLevel::none: return {.applied = AppliedPolicy::none, .tls = false};
    case DestinationLevel::required: return encrypted(AppliedPolicy::required, host.host, true);
    case DestinationLevel::verified:
      // What is proved by DANE is proved better than by an authority.
      if (host.tlsa_state == TlsaState::usable) return by_dane(host);
      return by_name(AppliedPolicy::verified, host.host);
    case DestinationLevel::fingerprint: {
      auto plan = encrypted(AppliedPolicy::fingerprint, host.host, true);
      plan.proof = HostProof::fingerprint;
      return plan;
    }
    case DestinationLevel::opportunistic:
    case DestinationLevel::dane:
    case DestinationLevel::mta_sts: break;
  }
  return encrypted(AppliedPolicy::opportunistic, host.host, false);
}

// Whether the mail must wait until it is known if there is an MTA-STS policy. RFC 8461 says what no policy
// means (section 3.1), and what a policy means that cannot be fetched (section 3.3), but a look-up that has
// failed is neither: whoever keeps the answer away could take the policy away. Names of the DNS that are
// never answered exist without any attack, too; so after hours mail goes on without a policy, unless the
// owner relies on it. Nothing waits where a policy could not ask for more than what is asked for already.
bool waits_for_sts(DestinationTls const& wanted, HostInputs const& host) {
  if (!wanted.looks_at_mta_sts()) return false;
  bool const asks_for_as_much =
      host.host_secure && (wanted.level == DestinationLevel::verified || host.requiretls);
  if (asks_for_as_much) return false;
  switch (host.sts_look_up) {
    case StsLookUp::done: return false;
    case StsLookUp::failed: return true;
    case StsLookUp::failed_for_long: return wanted.level == DestinationLevel::mta_sts || host.requiretls;
  }
  return true;
}

// What the receiver has published, as far as the owner has it looked at. DANE goes before MTA-STS (RFC 8461
// section 2).
Result<HostPlan, HostRefusal> published_plan(DestinationTls const& wanted, HostInputs const& host) {
  bool must = false;
  if (wanted.looks_at_dane()) {
    switch (host.tlsa_state) {
      case TlsaState::usable: return by_dane(host);
      // RFC 7672 section 2.2: TLS without authentication, where no record can be used.
      case TlsaState::unusable: must = true; break;
      // RFC 7672 section 2.1.2: whether there are records cannot be told: the host is not used now.
      case TlsaState::failed: return put_off("DANE: " + host.tlsa_problem);
      case TlsaState::not_asked:
      case TlsaState::absent:
      case TlsaState::insecure: break;
    }
  }
  if (waits_for_sts(wanted, host)) return put_off("MTA-STS: " + host.sts_problem);
  bool const enforced = host.sts == wire::StsMode::enforce;
  if (wanted.looks_at_mta_sts() && enforced && !host.sts_match)  // RFC 8461 section 5
    return put_off("MTA-STS: the policy does not list the host " + host.host);
  if (wanted.looks_at_mta_sts() && enforced) return by_name(AppliedPolicy::mta_sts, host.host);
  if (must) return encrypted(AppliedPolicy::dane, host.host, true);
  if (!wanted.looks_at_mta_sts() || host.sts == wire::StsMode::none)
    return encrypted(AppliedPolicy::opportunistic, host.host, false);
  auto plan = by_name(AppliedPolicy::mta_sts, host.host);
  plan.testing = true;
  return plan;
}

// RFC 8689 section 4.2.1: the host must be the right one, and prove it. A certificate that the owner has
// named is proof, too.
Result<HostPlan, HostRefusal> plan_for_requiretls(HostPlan owners, HostInputs const& host) {
  bool const by_sts = host.sts == wire::StsMode::enforce && host.sts_match;
  if (!host.host_secure && !by_sts)
    return fail(
        HostRefusal{.permanent = true,
                    .detail = 10,
                    .why = "REQUIRETLS: neither DNSSEC nor MTA-STS vouches for the host " + host.host});
  if (host.tlsa_state == TlsaState::failed) return put_off("DANE: " + host.tlsa_problem);
  auto plan = by_name(AppliedPolicy::requiretls, host.host);
  if (host.tlsa_state == TlsaState::usable) plan = by_dane(host);
  if (owners.proof == HostProof::fingerprint) plan = std::move(owners);
  plan.applied = AppliedPolicy::requiretls;
  return plan;
}

// How much a plan asks of the host. Both proofs by authority and by DANE count the same.
int strength(HostPlan const& plan) {
  if (!plan.must || plan.testing) return 0;
  return plan.proof == HostProof::none ? 1 : 2;
}

}  // namespace

Result<HostPlan, HostRefusal> plan_for(DestinationTls const& wanted, HostInputs const& host) {
  auto owners = owners_plan(wanted, host);
  // RFC 8689 section 3: delivery matters more to the sender than what the receiver has published. What the
  // owner demands is not his to lift.
  if (host.tls_optional && !host.requiretls) return owners;
  auto published = published_plan(wanted, host);
  if (!published) return published;
  if (host.requiretls) return plan_for_requiretls(std::move(owners), host);
  bool const looks = wanted.looks_at_dane() || wanted.looks_at_mta_sts();
  if (!looks || strength(owners) > strength(*published)) return owners;
  return published;
}

}  // namespace postern::policy

#include "delivery/tls_result.hpp"

#include "base/ascii.hpp"

namespace postern::delivery {
namespace {

constexpr auto success = "success";
constexpr auto validation_failure = "validation-failure";

std::string lines(std::vector<std::string> const& items) {
  std::string out;
  for (auto const& item : items) out += (out.empty() ? "" : "\n") + item;
  return out;
}

// RFC 8460 section 4.3.2
std::string fetch_failure(StsFailure failure) {
  return failure == StsFailure::none ? std::string() : std::string(print(failure));
}

std::string certificate_result(net::ServerCertificate certificate) {  // RFC 8460 section 4.3.1
  switch (certificate) {
    case net::ServerCertificate::trusted: return success;
    case net::ServerCertificate::expired: return "certificate-expired";
    case net::ServerCertificate::wrong_name: return "certificate-host-mismatch";
    case net::ServerCertificate::self_signed:
    case net::ServerCertificate::untrusted: return "certificate-not-trusted";
    case net::ServerCertificate::none: break;
  }
  return validation_failure;
}

}  // namespace

store::ReportedPolicy reported_policy(Candidates const& candidates, FoundHost const& host) {
  store::ReportedPolicy reported;
  reported.domain = candidates.domain;
  reported.type = "no-policy-found";
  auto const& inputs = host.inputs;
  bool const dane = inputs.tlsa_state == policy::TlsaState::usable ||
                    inputs.tlsa_state == policy::TlsaState::unusable ||
                    inputs.tlsa_state == policy::TlsaState::failed;
  if (candidates.tls.looks_at_dane() && dane) {
    reported.type = "tlsa";
    std::vector<std::string> records;
    for (auto const& record : inputs.tlsa) records.push_back(record.print());
    reported.policy = lines(records);
  } else if (candidates.sts.policy && inputs.sts != wire::StsMode::none) {
    reported.type = "sts";
    auto const printed = print(*candidates.sts.policy);
    std::vector<std::string> fields;
    for (std::size_t at = 0; at < printed.size();) {
      auto const end = printed.find("\r\n", at);
      fields.push_back(printed.substr(at, end - at));
      at = end + 2;
    }
    reported.policy = lines(fields);
    reported.mx = lines(candidates.sts.policy->mx);
  } else if (candidates.sts.failure != StsFailure::none) {
    reported.type = "sts";
    reported.failure = fetch_failure(candidates.sts.failure);
    reported.reason = candidates.sts.problem;
  }
  return reported;
}

std::string session_result(store::ReportedPolicy const& reported, policy::HostPlan const& plan, bool offered,
                           session::ClientTlsOutcome const& tls) {
  if (!reported.failure.empty()) return reported.failure;
  if (!tls.info) return offered || !tls.failure.empty() ? validation_failure : "starttls-not-supported";
  if (reported.type == "sts") return certificate_result(tls.proof.certificate);
  if (reported.type == "tlsa" && plan.proof == policy::HostProof::dane)
    return tls.proof.proved == net::Proof::dane ? success : validation_failure;
  return success;
}

std::string refusal_result(FoundHost const& host) {
  if (host.plan || host.plan.error().permanent) return {};
  if (host.inputs.tlsa_state == policy::TlsaState::failed) return "dnssec-invalid";
  // Where nobody knows whether there is a policy, no policy has failed.
  return host.inputs.sts_look_up == policy::StsLookUp::done ? validation_failure : std::string();
}

}  // namespace postern::delivery

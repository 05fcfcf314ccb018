#include "policy/tls_requirement.hpp"

#include "policy/facts.hpp"

namespace postern::policy {
namespace {

bool has_certificate(ConnectionFacts const& connection) {
  return connection.tls.client_certificate != ClientCertificate::not_asked &&
         connection.tls.client_certificate != ClientCertificate::none;
}

Verdict say(Effect effect, std::uint16_t code, wire::EnhancedStatus status, std::string text) {
  Verdict verdict;
  verdict.effect = effect;
  verdict.decided_by = {.builtin = Builtin::tls_require};
  verdict.reply = {code, status, std::move(text)};
  return verdict;
}

}  // namespace

bool satisfies(ConnectionFacts const& connection, TlsRequirement requirement) {
  bool const over_tls = connection.tls.state == TlsState::established;
  switch (requirement) {
    case TlsRequirement::never: return true;
    case TlsRequirement::always: return over_tls;
    case TlsRequirement::at_least_1_2: return over_tls && tls_version_number(connection.tls.version) >= 12;
    case TlsRequirement::at_least_1_3: return over_tls && tls_version_number(connection.tls.version) >= 13;
    case TlsRequirement::client_certificate: return over_tls && has_certificate(connection);
    case TlsRequirement::trusted_client_certificate:
      return over_tls && connection.tls.client_certificate == ClientCertificate::trusted;
    case TlsRequirement::remembered: return over_tls;  // else it depends: policy/expects_tls
  }
  return true;
}

Verdict refusal(TlsRequirement requirement) {
  switch (requirement) {
    case TlsRequirement::never: return {};
    case TlsRequirement::always:
      return say(Effect::reject, 530, {5, 7, 0}, "Must issue a STARTTLS command first");
    case TlsRequirement::at_least_1_2:
      return say(Effect::reject, 550, {5, 7, 10}, "TLS 1.2 or newer is needed");
    case TlsRequirement::at_least_1_3:
      return say(Effect::reject, 550, {5, 7, 10}, "TLS 1.3 or newer is needed");
    case TlsRequirement::client_certificate:
      return say(Effect::reject, 550, {5, 7, 10}, "TLS with a client certificate is needed");
    case TlsRequirement::trusted_client_certificate:
      return say(Effect::reject, 550, {5, 7, 10},
                 "TLS with a client certificate of a known authority is needed");
    case TlsRequirement::remembered:
      return say(Effect::defer, 450, {4, 7, 10}, "TLS required: this host used STARTTLS before");
  }
  return {};
}

int tls_version_number(std::string_view version) {
  if (version == "TLSv1.3") return 13;
  if (version == "TLSv1.2") return 12;
  if (version == "TLSv1.1") return 11;
  if (version == "TLSv1" || version == "TLSv1.0") return 10;
  return 0;
}

}  // namespace postern::policy

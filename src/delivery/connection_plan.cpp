#include "delivery/connection_plan.hpp"

namespace postern::delivery {

dialogue::ClientTls ConnectionPlan::client_tls() const {
  using dialogue::ClientTls;
  if (implicit_tls) return ClientTls::implicit;
  if (clear || !plan.tls) return ClientTls::never;
  return plan.must && !plan.testing ? ClientTls::required : ClientTls::offered;
}

net::ClientTlsPlan ConnectionPlan::handshake() const {
  net::ClientTlsPlan tls;
  switch (plan.proof) {
    case policy::HostProof::none: break;
    case policy::HostProof::name: tls.proof = net::Proof::name; break;
    case policy::HostProof::dane: tls.proof = net::Proof::dane; break;
    case policy::HostProof::fingerprint: tls.proof = net::Proof::fingerprint; break;
  }
  if (plan.testing) tls.proof = net::Proof::none;
  tls.names = plan.names;
  tls.tlsa = plan.tlsa;
  tls.fingerprints = fingerprints;
  tls.modern = plan.must && !plan.testing;
  return tls;
}

}  // namespace postern::delivery

// How a host is reached: where, and with what TLS.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dialogue/client_dialogue.hpp"
#include "net/connector.hpp"
#include "net/tls_client.hpp"
#include "policy/destination_tls.hpp"
#include "store/evidence.hpp"

namespace postern::delivery {

struct ConnectionPlan {
  std::string host;
  std::vector<net::Endpoint> endpoints;
  std::optional<net::Target> local;  // of LMTP
  policy::HostPlan plan;
  std::vector<std::string> fingerprints;
  bool implicit_tls = false;
  bool clear = false;  // a handshake has failed, and nothing forbids to do without
  store::ReportedPolicy reported;

  dialogue::ClientTls client_tls() const;
  net::ClientTlsPlan handshake() const;  // what it must prove
};

}  // namespace postern::delivery

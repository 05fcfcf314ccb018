// Finds the hosts a message goes to, in order, and what TLS each must speak: MX and addresses, DANE (RFC
// 7672), MTA-STS (RFC 8461), gathered from the world; policy::plan_for decides.
// Thread: its event loop. Stopping: every wait ends with its token.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "delivery/route.hpp"
#include "delivery/sts_policies.hpp"
#include "net/dns.hpp"
#include "net/mx_hosts.hpp"
#include "policy/destination_tls.hpp"
#include "wire/reply.hpp"

namespace postern::delivery {

// The hosts of a route, by name.
struct Candidates {
  std::vector<net::MailHost> hosts;    // best first
  std::optional<wire::Reply> refusal;  // there is nobody to be tried; 5xx: for good
  std::string domain;                  // whose mail it is; of an SmtpRoute its host
  std::string canonical_domain;
  std::uint16_t port = 25;
  bool implicit_tls = false;
  bool secure = false;  // validated, or named by the owner
  policy::DestinationTls tls;
  TlsWish wish;
  StsFound sts;
};

struct FoundHost {
  std::string name;
  std::vector<net::Endpoint> endpoints;
  policy::HostInputs inputs;                           // what is known of it
  Result<policy::HostPlan, policy::HostRefusal> plan;  // what it must speak
  std::string problem;                                 // why it has no endpoints
  bool no_such_host = false;                           // for good
};

class HostFinder {
 public:
  HostFinder(net::Dns& dns, StsPolicies& sts, Random& random) : dns_(dns), sts_(sts), random_(random) {}

  // `port`: of MX hosts. `own_name`: against loops.
  net::Task<std::shared_ptr<Candidates const>> candidates(MxRoute route, std::uint16_t port,
                                                          std::string own_name, net::StopToken stop = {});
  static std::shared_ptr<Candidates const> candidates(SmtpRoute const& route);

  net::Task<FoundHost> resolve_host(std::shared_ptr<Candidates const> candidates, std::size_t index,
                                    net::StopToken stop = {});

 private:
  net::Task<void> look_for_tlsa(Candidates const* candidates, net::HostAddresses const* addresses,
                                policy::HostInputs* inputs, net::StopToken stop);

  net::Dns& dns_;
  StsPolicies& sts_;
  Random& random_;
};

}  // namespace postern::delivery

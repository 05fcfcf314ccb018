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
#include "net/ourselves.hpp"
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
  // Present: a stranger has named the hosts, and those that are ourselves are none of them.
  std::optional<net::Ourselves> ourselves;
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
  bool ourselves = false;                              // it has no endpoints, since all it has are our own
};

class HostFinder {
 public:
  HostFinder(net::Dns& dns, StsPolicies& sts, Random& random) : dns_(dns), sts_(sts), random_(random) {}

  // `port`: of MX hosts. `ourselves`: against loops; absent: our own hosts are found like others.
  net::Task<std::shared_ptr<Candidates const>> candidates(MxRoute route, std::uint16_t port,
                                                          std::optional<net::Ourselves> ourselves,
                                                          net::StopToken stop = {});
  // `ourselves` counts only where the recipient's address has named the host, and not the owner.
  net::Task<std::shared_ptr<Candidates const>> candidates(SmtpRoute route,
                                                          std::optional<net::Ourselves> ourselves,
                                                          net::StopToken stop = {});

  net::Task<FoundHost> resolve_host(std::shared_ptr<Candidates const> candidates, std::size_t index,
                                    net::StopToken stop = {});

 private:
  // Where the TLSA records of a host may stand, the best place first; or why that cannot be known.
  using TlsaBases = Result<std::vector<std::string>, std::string>;

  net::Task<TlsaBases> tlsa_bases(std::string host, net::HostAddresses const* addresses, net::StopToken stop);
  net::Task<void> look_for_tlsa(Candidates const* candidates, net::HostAddresses const* addresses,
                                policy::HostInputs* inputs, net::StopToken stop);

  net::Dns& dns_;
  StsPolicies& sts_;
  Random& random_;
};

}  // namespace postern::delivery

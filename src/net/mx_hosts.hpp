// Which hosts take mail for a domain, in the order in which they are to be tried (RFC 5321 section 5.1).
#pragma once

#include <string>
#include <vector>

#include "base/ip_address.hpp"
#include "base/random.hpp"
#include "net/dns.hpp"

namespace postern::net {

struct MailHost {
  std::string name;  // lower case
  std::uint16_t preference = 0;
};

enum class MailHostsStatus : std::uint8_t {
  found,
  null_mx,         // RFC 7505: the domain takes no mail
  no_such_domain,  // neither MX nor address
  loop,            // we are the best host ourselves
  failed           // ask again later
};

struct MailHosts {
  MailHostsStatus status = MailHostsStatus::failed;
  std::vector<MailHost> hosts;  // best first; equal ones in random order
  bool secure = false;          // the MX answer, or that there is none, is validated
  std::string canonical_name;   // the domain behind CNAMEs
  std::string problem;
};

// `own_name`: hosts that are no better than ourselves are left out, against loops (RFC 5321 section 5.1).
Task<MailHosts> find_mail_hosts(Dns& dns, std::string domain, std::string own_name, Random& random,
                                StopToken stop = {});

struct HostAddresses {
  DnsStatus status = DnsStatus::failed;
  std::vector<IpAddress> addresses;  // IPv6 and IPv4 in turns
  // Whether the zone that the addresses stand in is signed: one of the two answers is validated. The other
  // may have failed; that does not make the zone an unsigned one (RFC 7672 section 2.1.1).
  bool secure = false;
  std::string canonical_name;  // behind CNAMEs; the host's own name where there are none
  std::string problem;
};

Task<HostAddresses> find_addresses(Dns& dns, std::string host, StopToken stop = {});

// The order alone, of MX records as they came: sorted by preference, equal ones shuffled.
std::vector<MailHost> in_order(std::vector<wire::MxRecord> records, std::string_view own_name,
                               Random& random);

}  // namespace postern::net

// Who may send for a domain (RFC 7208), by libspf2 with our own DNS.
// Threads: check() from any, blocks for as long as the DNS takes. Bounds: libspf2's (RFC 7208 section 4.6.4),
// and ten seconds for each question.
#pragma once

#include <memory>
#include <string>

#include "base/address.hpp"
#include "base/ip_address.hpp"
#include "net/dns.hpp"
#include "policy/facts.hpp"

namespace postern::session {

class SpfChecker {
 public:
  explicit SpfChecker(net::Dns& dns);
  ~SpfChecker();

  // `sender` absent: the null sender, for whom the HELO name stands (RFC 7208 section 2.4).
  policy::Spf check(IpAddress const& client, std::string const& helo, std::optional<Address> const& sender);
  bool enabled() const { return dns_.enabled(); }
  void stop();  // what is being asked has no answer any more: the server goes down

 private:
  struct Layer;
  net::Dns& dns_;
  std::unique_ptr<Layer> layer_;
};

}  // namespace postern::session

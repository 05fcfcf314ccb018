// Who may send for a domain (RFC 7208), by libspf2 with our own DNS.
// Threads: check() from any, blocks for as long as the DNS takes. Bounds: those of RFC 7208 section 4.6.4,
// with 20 seconds for all of an evaluation, which is less when others wait (may_go_on()).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "net/dns.hpp"
#include "policy/facts.hpp"

namespace postern::session {

inline constexpr std::chrono::seconds spf_limit{20};  // from when it is asked for
inline constexpr std::chrono::seconds spf_crowded_limit{
    2};  // of its own work, while others wait for a thread

// Whether an evaluation may go on that was asked for and begun so long ago. It then ends as a temporary
// error, so that those whose DNS does not answer never hold the threads that others need.
bool may_go_on(Duration since_asked, Duration since_begun, bool others_wait);

class SpfChecker {
 public:
  using HasTime = std::function<bool()>;

  explicit SpfChecker(net::Dns& dns) : dns_(dns) {}

  // `sender` absent: the null sender, for whom the HELO name stands (RFC 7208 section 2.4). `has_time` is
  // asked every tenth of a second while the DNS is waited for.
  policy::Spf check(IpAddress const& client, std::string const& helo, std::optional<Address> const& sender,
                    HasTime const& has_time);
  bool enabled() const { return dns_.enabled(); }
  void stop() { stopping_ = true; }  // what is being asked has no answer any more: the server goes down

 private:
  net::Dns& dns_;
  std::atomic<bool> stopping_{false};
};

}  // namespace postern::session

// Asks the DNS, through libunbound, off the loops. So far: the forward-confirmed name of an address (RFC 8601
// section 2.7.3's iprev). Threads: any may ask; answers come on a thread of the resolver's. Bounds: 10,000
// answers are kept, 4,096 questions wait.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/counters.hpp"
#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::net {

struct DnsSettings {
  std::vector<std::string> servers;  // "192.0.2.53", "192.0.2.53@5353"; empty: those of /etc/resolv.conf
  bool enabled = true;
};

class Resolver {
 public:
  using OnName = std::function<void(std::string name)>;  // empty: no name, or no answer

  static Result<std::unique_ptr<Resolver>, std::string> make(DnsSettings const& settings, Counters& counters);
  virtual ~Resolver() = default;

  // What is known already, also that there is no name.
  virtual std::optional<std::string> known_name(IpAddress const& address) = 0;
  virtual void find_name(IpAddress const& address, OnName on_name) = 0;

  // False when nothing has been answered lately: then waiting for it costs time and gives nothing.
  virtual bool worth_waiting() const = 0;
};

}  // namespace postern::net

// Limits of connections: in all, and of one client. Loopback and the networks we relay for count in all only.
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <unordered_map>

#include "base/guarded.hpp"
#include "base/ip_address.hpp"

namespace postern::session {

struct AdmissionLimits {
  std::uint32_t connections = 16'000;
  std::uint32_t connections_per_client = 50;
  std::uint32_t handshakes = 10'000;  // at the same time; beyond it STARTTLS is answered with 454
};

enum class Admitted : std::uint8_t { yes, server_full, client_full };

class Admission {
 public:
  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  Admitted enter(IpAddress const& client, bool trusted);  // leave() only after `yes`
  void leave(IpAddress const& client, bool trusted);
  bool busy() const;  // more than four fifths of all connections are taken

  bool enter_handshake();
  void leave_handshake() { handshakes_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  AdmissionLimits limits_;
  std::atomic<std::uint32_t> open_{0};
  std::atomic<std::uint32_t> handshakes_{0};
  Guarded<std::unordered_map<IpAddress, std::uint32_t, IpAddressHash>> clients_;
};

}  // namespace postern::session

#include "session/admission.hpp"

namespace postern::session {

Admitted Admission::enter(IpAddress const& client, bool trusted) {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return Admitted::server_full;
  }
  if (trusted) return Admitted::yes;
  {
    auto clients = clients_.access();
    auto& count = (*clients)[client];
    if (count < limits_.connections_per_client) {
      ++count;
      return Admitted::yes;
    }
  }
  open_.fetch_sub(1, std::memory_order_relaxed);
  return Admitted::client_full;
}

void Admission::leave(IpAddress const& client, bool trusted) {
  open_.fetch_sub(1, std::memory_order_relaxed);
  if (trusted) return;
  auto clients = clients_.access();
  auto const count = clients->find(client);
  if (count != clients->end() && --count->second == 0) clients->erase(count);
}

bool Admission::busy() const {
  return std::uint64_t{5} * open_.load(std::memory_order_relaxed) > std::uint64_t{4} * limits_.connections;
}

bool Admission::enter_handshake() {
  if (handshakes_.fetch_add(1, std::memory_order_relaxed) < limits_.handshakes) return true;
  leave_handshake();
  return false;
}

}  // namespace postern::session

#include "session/admission.hpp"

#include <chrono>
#include <utility>

namespace postern::session {

std::string_view why_refused(Admitted admitted) {
  switch (admitted) {
    case Admitted::client_refused: return "Too many recipients that do not exist here, try again later";
    case Admitted::yes:
    case Admitted::server_full:
    case Admitted::client_full: break;
  }
  return "Too many connections, try again later";
}

bool Admission::enter_socket() {
  if (sockets_.fetch_add(1, std::memory_order_relaxed) < limits_.sockets) return true;
  leave_socket();
  return false;
}

Admitted Admission::enter(IpAddress const& client, bool trusted, Instant now, policy::ListenerRole role) {
  ClientNetwork const network(client);
  bool const may_guess = !trusted && role != policy::ListenerRole::submission;
  if (may_guess && is_refused(network, now)) return Admitted::client_refused;
  if (open_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return Admitted::server_full;
  }
  if (trusted) return Admitted::yes;
  {
    auto clients = clients_.access();
    auto& count = (*clients)[network];
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
  auto const count = clients->find(ClientNetwork(client));
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

std::optional<std::uint64_t> Admission::enter_log(Instant now) {
  auto lines = lines_.access();
  if (lines->last && now >= *lines->last && now - *lines->last < std::chrono::seconds(1)) {
    ++lines->left_out;
    return std::nullopt;
  }
  lines->last = now;
  return std::exchange(lines->left_out, 0);
}

bool Admission::is_refused(ClientNetwork const& client, Instant now) {
  auto refused = refused_.access();
  auto const* until = refused->find(client);
  return until != nullptr && now < *until && *until - now <= refused_for;
}

void Admission::recipient_guessed(IpAddress const& client, GuessedBy by, Instant now) {
  ClientNetwork const network(client);
  auto& counts = by == GuessedBy::null_sender ? bounces_ : guesses_;
  if (counts.access()->add(network, now) <= limits_.refused_recipients_per_client) return;
  if (!is_refused(network, now)) refused_.access()->touch(network) = now + refused_for;
}

void Admission::message_taken(IpAddress const& client, Instant now) {
  ClientNetwork const network(client);
  guesses_.access()->take_back(network, now);
  bounces_.access()->take_back(network, now);
}

}  // namespace postern::session

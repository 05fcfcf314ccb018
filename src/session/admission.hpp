// Who may connect, and what strangers may take: limits of connections in all and by client network, networks
// that are refused for a while since they name too many recipients that do not exist, and lines of the log.
// Loopback and the networks we relay for count in all only. Threads: any. Bounds: an entry for each network
// that is connected, and `networks` of those that were.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/bounded_table.hpp"
#include "base/client_network.hpp"
#include "base/decaying_counts.hpp"
#include "base/guarded.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "policy/facts.hpp"
#include "session/login_guard.hpp"

namespace postern::session {

struct AdmissionLimits {
  std::uint32_t connections = 16'000;
  std::uint32_t connections_per_client = 50;
  std::uint32_t handshakes = 10'000;  // at the same time; beyond it STARTTLS is answered with 454
  std::uint32_t sockets = 20'000;     // of listeners of all protocols; beyond it they are closed at once
  std::uint32_t refused_recipients_per_client = 200;  // one of them is forgiven every ten seconds
  std::size_t networks = 10'000;
};

enum class Admitted : std::uint8_t { yes, server_full, client_full, client_refused };
std::string_view why_refused(Admitted admitted);  // for the client

// What sender the mail has whose recipient was refused: a bounce has none.
enum class GuessedBy : std::uint8_t { sender, null_sender };

class Admission {
 public:
  static constexpr std::chrono::seconds recipient_forgiven_after{10};
  // A server that returns forged mail names as many recipients as somebody has forged, and guesses nothing;
  // so what it names is forgiven five times as fast.
  static constexpr std::chrono::seconds bounce_forgiven_after{2};
  static constexpr std::chrono::minutes refused_for{5};

  explicit Admission(AdmissionLimits limits)
      : limits_(limits),
        guesses_(limits.networks, recipient_forgiven_after),
        bounces_(limits.networks, bounce_forgiven_after),
        refused_(limits.networks) {}

  // A socket was accepted, by whatever listener: leave_socket() only after true.
  bool enter_socket();
  void leave_socket() { sockets_.fetch_sub(1, std::memory_order_relaxed); }

  // leave() only after `yes`. On a submission listener nobody names a recipient before he has logged in, so
  // what others of the network have guessed elsewhere takes nothing from its users.
  Admitted enter(IpAddress const& client, bool trusted, Instant now,
                 policy::ListenerRole role = policy::ListenerRole::mx);
  void leave(IpAddress const& client, bool trusted);
  bool busy() const;  // more than four fifths of all connections are taken

  bool enter_handshake();
  void leave_handshake() { handshakes_.fetch_sub(1, std::memory_order_relaxed); }

  // Whether a connection that was not served may have its line in the log: one per second may. Gives how many
  // had none since the last that had.
  std::optional<std::uint64_t> enter_log(Instant now);
  // A recipient was refused because nobody here has it; a message was taken, for which one such is forgiven.
  void recipient_guessed(IpAddress const& client, GuessedBy by, Instant now);
  void message_taken(IpAddress const& client, Instant now);

  LoginGuard& logins() { return logins_; }

 private:
  using Guesses = DecayingCounts<ClientNetwork, ClientNetworkHash>;
  using Refused = BoundedTable<ClientNetwork, Instant, ClientNetworkHash>;

  bool is_refused(ClientNetwork const& client, Instant now);

  AdmissionLimits limits_;
  std::atomic<std::uint32_t> open_{0};
  std::atomic<std::uint32_t> sockets_{0};
  std::atomic<std::uint32_t> handshakes_{0};
  struct LinesOfRefused {
    std::optional<Instant> last;
    std::uint64_t left_out = 0;
  };
  Guarded<std::unordered_map<ClientNetwork, std::uint32_t, ClientNetworkHash>> clients_;
  Guarded<Guesses> guesses_;
  Guarded<Guesses> bounces_;  // guesses of mail from the null sender
  Guarded<Refused> refused_;  // until when
  Guarded<LinesOfRefused> lines_;
  LoginGuard logins_;
};

}  // namespace postern::session

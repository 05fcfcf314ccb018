// Slows down whoever guesses passwords. Failures are counted by client network and by name, and forgiven with
// time. Each failure beyond a few makes the next login of that network wait longer; a network with many is
// refused for some minutes. A name that is guessed at from many networks makes logins with it wait a little
// wherever they come from, and is never refused for that: only a network's own failures lock it out. Where a
// name has logged in before, it does not wait for what others guess, and it may still log in while its
// network is refused because of other names. Threads: any. Bounds: `networks` and `names` entries, the oldest
// of which are forgotten first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bounded_table.hpp"
#include "base/client_network.hpp"
#include "base/decaying_counts.hpp"
#include "base/guarded.hpp"
#include "base/instant.hpp"

namespace postern::session {

struct LoginLimits {
  std::uint32_t free = 3;                          // failures that cost nothing
  std::uint32_t most = 10;                         // failures of a network after which it is refused
  Duration first_delay = std::chrono::seconds(1);  // each is twice the one before
  Duration longest_delay = std::chrono::seconds(8);
  Duration longest_delay_by_name = std::chrono::seconds(4);
  Duration forgiven_after = std::chrono::minutes(1);  // one failure
  Duration refused_for = std::chrono::minutes(10);
  std::size_t networks = 10'000;
  std::size_t names = 10'000;
};

class LoginGuard {
 public:
  explicit LoginGuard(LoginLimits limits = {});

  // Who wants to log in.
  struct Who {
    ClientNetwork network;
    std::string name;
    bool trusted = false;  // of loopback or a network that we relay for: its network is not counted
  };

  // How long this login has to wait before its password is looked at. None: it is refused.
  std::optional<Duration> wait_for(Who const& who, Instant now);
  bool refuses(Who const& who, Instant now);
  // True when its network is refused from now on.
  bool failed(Who const& who, Instant now);
  void succeeded(Who const& who);

  std::size_t entries();  // that are kept, in all

 private:
  using ByNetwork = DecayingCounts<ClientNetwork, ClientNetworkHash>;
  struct State {
    explicit State(LoginLimits const& limits);
    ByNetwork networks;
    DecayingCounts<std::uint64_t> names;  // by their hashes
    DecayingCounts<std::uint64_t> pairs;  // a network and a name
    BoundedTable<ClientNetwork, Instant, ClientNetworkHash> refused_until;
    BoundedTable<std::uint64_t, bool> proved;  // a network and a name that has logged in from there
  };

  bool refuses(State const& state, Who const& who, Instant now) const;
  Duration delay_after(std::uint32_t failures, Duration longest) const;

  LoginLimits limits_;
  Guarded<State> state_;
};

}  // namespace postern::session

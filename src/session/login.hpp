// One login: held up by the guard as long as it says, then looked at by a worker. It counts and logs what
// came of it.
#pragma once

#include <cstdint>
#include <memory>

#include "base/ip_address.hpp"
#include "dialogue/server_dialogue.hpp"
#include "net/stop_state.hpp"
#include "net/task.hpp"
#include "session/passwords.hpp"
#include "session/services.hpp"

namespace postern::session {

enum class LoginOutcome : std::uint8_t { right, wrong, refused, stopped };

struct LoginAttempt {
  std::shared_ptr<Passwords const> passwords;  // null: nobody can log in
  IpAddress client;
  bool trusted = false;  // of loopback or a network that we relay for
  dialogue::Credentials credentials;
};

net::Task<LoginOutcome> look_at(Services services, LoginAttempt attempt, net::StopToken stop);

}  // namespace postern::session

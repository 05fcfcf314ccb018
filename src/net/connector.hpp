// Opens connections to other servers: TCP or a Unix socket.
#pragma once

#include <string>
#include <variant>

#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/stream.hpp"

namespace postern::net {

struct UnixPath {
  std::string path;
};
using Target = std::variant<Endpoint, UnixPath>;

std::string print(Target const& target);

// Ends after `limit` at the latest.
Task<IoResult<Socket>> connect(Target target, Duration limit);

}  // namespace postern::net

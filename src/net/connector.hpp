// Opens connections to other servers: TCP or a Unix socket. Every wait ends when its token is stopped.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"

namespace postern::net {

struct UnixPath {
  std::string path;
};
using Target = std::variant<Endpoint, UnixPath>;

std::string print(Target const& target);

// Ends after `limit` at the latest.
Task<IoResult<Socket>> connect(Target target, Duration limit, StopToken stop = {});

struct Connected {
  Socket socket;
  Endpoint peer;
};

// The first of several that answers (RFC 8305 section 5): each is tried `head_start` after the one before, or
// at once when that one has failed; at least one, in order of preference. Ends after `limit` at the latest.
// The error is the last one.
Task<IoResult<Connected>> connect_first(std::vector<Endpoint> endpoints, Duration head_start, Duration limit,
                                        StopToken stop = {});

}  // namespace postern::net

// Asks a running server through its control socket.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace postern::app {

struct ControlAnswer {
  int status = 0;
  boost::json::value body;
};

// Absent: nobody listens there, the server does not run. The error is for people.
Result<std::optional<ControlAnswer>, std::string> ask_server(std::string const& socket,
                                                             std::string const& method,
                                                             std::string const& target);

}  // namespace postern::app

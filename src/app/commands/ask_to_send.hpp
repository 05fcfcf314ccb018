// Asks a running server to send a day's reports or notices now.
#pragma once

#include <string>

namespace postern::app {

// `target`: of the management API, "/api/notices/send". Gives the exit code, and tells what came of it.
int ask_to_send(std::string const& config, std::string const& target, std::string const& day);

}  // namespace postern::app

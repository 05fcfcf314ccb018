#include "app/commands/ask_to_send.hpp"
#include "app/commands/commands.hpp"

namespace postern::app {

int run_notices(std::string const& config, std::string const& day) {
  return ask_to_send(config, "/api/notices/send", day);
}

}  // namespace postern::app

#include "app/commands/ask_to_send.hpp"
#include "app/commands/commands.hpp"

namespace postern::app {

int run_notices(NoticesOptions const& options) {
  return ask_to_send(options.config, "/api/notices/send", options.day);
}

}  // namespace postern::app

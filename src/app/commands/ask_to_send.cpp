#include "app/commands/ask_to_send.hpp"

#include <cstdio>

#include "app/commands/complain.hpp"
#include "app/commands/control_client.hpp"
#include "app/commands/server_settings.hpp"
#include "app/settings/data_dir.hpp"

namespace postern::app {

int ask_to_send(std::string const& config, std::string const& target, std::string const& day) {
  auto const found = settings_of_server(config);
  if (found.code != 0) return found.code;
  auto const directory = found.settings.data_directory();
  if (int const code = require_data_directory(directory); code != 0) return code;
  DataPaths const paths(directory);
  auto const answer = ask_server(paths.control, "POST", target + "?day=" + day);
  if (!answer) return complain(answer.error());
  if (!*answer)
    return complain("no server is running for " + directory + " (" + paths.control +
                    "), so nothing can be sent");
  if ((*answer)->status != 200) return complain((*answer)->body.at("error").as_string().c_str());
  std::printf("The server sends what has not been sent yet; its log shows the outcome.\n");
  return 0;
}

}  // namespace postern::app

#include "app/commands/ask_to_send.hpp"

#include <cstdio>

#include "app/commands/complain.hpp"
#include "app/commands/control_client.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int ask_to_send(std::string const& config, std::string const& target, std::string const& day) {
  auto const read = settings_from(config);
  if (!read.errors.empty()) return complain(read.errors.front());
  DataPaths const paths(read.settings.data_directory());
  auto const answer = ask_server(paths.control, "POST", target + "?day=" + day);
  if (!answer) return complain(answer.error());
  if (!*answer) return complain("the server does not run");
  if ((*answer)->status != 200) return complain((*answer)->body.at("error").as_string().c_str());
  std::printf("being sent; the log tells what became of it\n");
  return 0;
}

}  // namespace postern::app

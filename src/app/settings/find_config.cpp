#include "app/settings/find_config.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace postern::app {

std::string find_config(std::string const& named) {
  if (!named.empty()) return named;
  char const* variable = std::getenv(config_variable);
  if (variable != nullptr && *variable != '\0') return variable;
  struct stat info {};
  bool const there = ::stat(usual_config, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
  return there ? usual_config : std::string();
}

std::string how_to_name_a_config() {
  return "give -c FILE, set $" + std::string(config_variable) + ", or write " + usual_config;
}

}  // namespace postern::app

#include "app/commands/server_settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "app/commands/complain.hpp"
#include "app/settings/find_config.hpp"
#include "app/settings/settings_file.hpp"
#include "app/settings/why_not.hpp"

namespace postern::app {
namespace {

constexpr int asked_wrongly = 2;

ServerSettings settings_in(std::string const& file, bool is_named) {
  if (!is_named) std::fprintf(stderr, "postern: configuration: %s\n", file.c_str());
  auto read = read_settings(file);
  for (auto const& error : read.errors) complain(error);
  return {.settings = std::move(read.settings), .code = read.errors.empty() ? 0 : 1};
}

}  // namespace

ServerSettings settings_of_server(std::string const& named) {
  auto const file = find_config(named);
  if (file.empty())
    return {.code = complain("there is no configuration: " + how_to_name_a_config(), asked_wrongly)};
  return settings_in(file, !named.empty());
}

ServerSettings settings_or_defaults(std::string const& named) {
  auto const file = find_config(named);
  if (file.empty()) return {.settings = default_settings()};
  return settings_in(file, !named.empty());
}

int require_data_directory(std::string const& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0 && errno != ENOENT && errno != ENOTDIR)
    return complain("the data directory " + directory + " cannot be looked at: " + why_not(errno));
  if (S_ISDIR(info.st_mode) && ::access(directory.c_str(), X_OK) != 0)
    return complain("the data directory " + directory + " cannot be entered: " + why_not(errno));
  if (S_ISDIR(info.st_mode)) return 0;
  return complain("no data directory at " + directory +
                  ": is the server's data_dir right, and has it been started?");
}

int require_readable(std::string const& file) {
  if (::access(file.c_str(), R_OK) == 0 || errno == ENOENT || errno == ENOTDIR) return 0;
  return complain(file + " cannot be read: " + why_not(errno));
}

}  // namespace postern::app

#include "app/server/serve.hpp"

#include <cstdio>

#include "app/settings/build_config.hpp"
#include "app/commands/commands.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int run_serve(std::string const& config) {
  auto read = config.empty() ? SettingsRead{default_settings(), {}} : read_settings(config);
  for (auto const& error : read.errors) std::fprintf(stderr, "postern: %s\n", error.c_str());
  if (!read.errors.empty()) return 1;
  return serve(read.settings, check_config(read.settings).warnings);
}

}  // namespace postern::app

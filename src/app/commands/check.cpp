#include <cstdio>

#include "app/settings/build_config.hpp"
#include "app/commands/commands.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int run_check(std::string const& config) {
  auto read = config.empty() ? SettingsRead{default_settings(), {}} : read_settings(config);
  auto const built = read.errors.empty() ? check_config(read.settings) : BuiltConfig{};
  auto errors = read.errors;
  errors.insert(errors.end(), built.errors.begin(), built.errors.end());
  for (auto const& error : errors) std::fprintf(stderr, "error: %s\n", error.c_str());
  for (auto const& warning : built.warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  if (!errors.empty()) return 1;
  std::printf("%s: good%s\n", config.empty() ? "embedded defaults" : config.c_str(),
              built.warnings.empty() ? "" : ", with warnings");
  return 0;
}

}  // namespace postern::app

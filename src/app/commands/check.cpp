#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int run_check(std::string const& config) {
  auto const read = settings_from(config);
  auto const built = check_config(read.settings);  // also after errors of single keys: all are told at once
  auto errors = read.errors;
  errors.insert(errors.end(), built.errors.begin(), built.errors.end());
  auto warnings = read.warnings;
  warnings.insert(warnings.end(), built.warnings.begin(), built.warnings.end());
  for (auto const& error : errors) std::fprintf(stderr, "error: %s\n", error.c_str());
  for (auto const& warning : warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  if (!errors.empty()) return 1;
  std::printf("%s: good%s\n", config.empty() ? "embedded defaults" : config.c_str(),
              warnings.empty() ? "" : ", with warnings");
  return 0;
}

}  // namespace postern::app

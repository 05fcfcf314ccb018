#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/by_line.hpp"
#include "app/settings/find_config.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int run_check(CheckOptions const& options) {
  auto const file = find_config(options.config);
  if (file.empty())
    return complain("nothing is checked, there is no configuration: " + how_to_name_a_config(), 2);
  auto const read = read_settings(file);
  // Also after errors of single keys, so that all are told at once; but not when nothing could be read.
  auto const built = read.settings.live.hostname.empty() ? BuiltConfig{} : check_config(read.settings);
  auto errors = read.errors;
  errors.insert(errors.end(), built.errors.begin(), built.errors.end());
  sort_by_line(errors, file);
  auto warnings = read.warnings;
  warnings.insert(warnings.end(), built.warnings.begin(), built.warnings.end());
  for (auto const& error : errors) std::fprintf(stderr, "error: %s\n", error.c_str());
  for (auto const& warning : warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  for (auto const& note : built.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  if (!errors.empty()) return 1;
  std::printf("%s: good%s\n", file.c_str(), warnings.empty() ? "" : ", with warnings");
  return options.strict && !warnings.empty() ? 1 : 0;
}

}  // namespace postern::app

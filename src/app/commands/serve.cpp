#include "app/server/serve.hpp"

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

int complain_of_all(std::vector<std::string> const& problems) {
  for (auto const& problem : problems) complain(problem);
  return problems.empty() ? 0 : 1;
}

}  // namespace

int run_serve(std::string const& config) {
  auto const read = settings_from(config);
  if (!read.errors.empty()) return complain_of_all(read.errors);
  auto warnings = read.warnings;
  auto const checked = check_config(read.settings);
  warnings.insert(warnings.end(), checked.warnings.begin(), checked.warnings.end());
  return complain_of_all(serve(read.settings, warnings));
}

}  // namespace postern::app

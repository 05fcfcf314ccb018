#include "app/server/serve.hpp"

#include <sys/stat.h>

#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/find_config.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {
namespace {

int complain_of_all(std::vector<std::string> const& problems) {
  for (auto const& problem : problems) complain(problem);
  return problems.empty() ? 0 : 1;
}

}  // namespace

int run_serve(std::string const& config) {
  ::umask(077);  // who writes to whom is nobody's business; what others need gets its mode where it is made
  auto const file = find_config(config);
  if (file.empty())
    std::fprintf(stderr, "postern: without a configuration, embedded defaults hold; to change that, %s\n",
                 how_to_name_a_config().c_str());
  else if (config.empty())
    std::fprintf(stderr, "postern: configuration: %s\n", file.c_str());
  auto const read = settings_from(file);
  if (!read.errors.empty()) return complain_of_all(read.errors);
  auto warnings = read.warnings;
  auto const checked = check_config(read.settings);
  warnings.insert(warnings.end(), checked.warnings.begin(), checked.warnings.end());
  return complain_of_all(serve(read.settings, warnings));
}

}  // namespace postern::app

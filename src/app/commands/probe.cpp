#include "app/commands/probe/probe.hpp"

#include <algorithm>
#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/settings/settings_file.hpp"

namespace postern::app {

int run_probe(ProbeOptions const& options) {
  auto const read = settings_from(options.config);
  if (!read.errors.empty()) return complain(read.errors.front(), 2);
  auto const probe = probe_domain(read.settings, options.domain);
  if (!probe) return complain(probe.error(), 2);
  std::fputs((options.json ? print_json(*probe) : print_text(*probe)).c_str(), stdout);
  auto const found = findings(*probe);
  return std::any_of(found.begin(), found.end(), [](auto const& finding) { return finding.wrong; }) ? 1 : 0;
}

}  // namespace postern::app

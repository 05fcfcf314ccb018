#include "app/commands/probe/probe.hpp"

#include <algorithm>
#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/server_settings.hpp"

namespace postern::app {
namespace {

constexpr int could_not_look = 2;

}  // namespace

int run_probe(ProbeOptions const& options) {
  auto const found = settings_or_defaults(options.config);
  if (found.code != 0) return could_not_look;
  auto const probe = probe_domain(found.settings, options.domain);
  if (!probe) return complain(probe.error(), could_not_look);
  std::fputs((options.json ? print_json(*probe) : print_text(*probe)).c_str(), stdout);
  if (!is_known(*probe)) return could_not_look;
  auto const all = findings(*probe);
  return std::any_of(all.begin(), all.end(), [](auto const& finding) { return finding.wrong; }) ? 1 : 0;
}

}  // namespace postern::app

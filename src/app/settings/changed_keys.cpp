#include "app/settings/changed_keys.hpp"

#include "app/settings/settings_table.hpp"

namespace postern::app {
namespace {

std::string print_listeners(Settings const& settings) {
  std::string out;
  for (auto const& listener : settings.start.listen)
    for (auto const& key : listen_keys()) out += key.name + "=" + key.print(listener) + "\n";
  return out;
}

}  // namespace

std::vector<std::string> keys_waiting_for_restart(Settings const& running, Settings const& read) {
  std::vector<std::string> waiting;
  for (auto const& key : general_keys())
    if (key.reload == Reload::restart && key.print(running) != key.print(read)) waiting.push_back(key.name);
  if (print_listeners(running) != print_listeners(read)) waiting.emplace_back("listen");
  return waiting;
}

}  // namespace postern::app

#include "app/settings/settings_table.hpp"

#include <array>
#include <set>

namespace postern::app {

std::span<Key<Settings> const> general_keys() {
  static auto const keys = [] {
    std::vector<Key<Settings>> all;
    for (auto const& rows : {server_keys(), tls_keys(), service_keys(), authentication_keys(), send_keys()})
      all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return keys;
}

std::span<RenamedKey const> renamed_keys() {
  static constexpr std::array<RenamedKey, 2> keys{{
      {"drop.directory", "maildrop.directory"},
      {"tls.memory.patience", "tls.memory.grace_period"},
  }};
  return keys;
}

std::vector<std::string> table_names() {
  std::set<std::string> names{"listen", "domains", "routes", "rules", "filters", "lists"};
  auto const add_section = [&](std::string_view key) {
    if (auto const point = key.find('.'); point != std::string_view::npos)
      names.emplace(key.substr(0, point));
  };
  for (auto const& key : general_keys()) add_section(key.name);
  for (auto const& key : renamed_keys()) add_section(key.before);
  return {names.begin(), names.end()};
}

}  // namespace postern::app

#include "app/settings/settings_table.hpp"

#include <array>

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

}  // namespace postern::app

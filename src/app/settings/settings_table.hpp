// The one table of settings: name, type, default, bounds and a sentence of help. The parser, `postern check`,
// `postern config` and docs/configuration.md come from it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings/settings.hpp"
#include "base/result.hpp"

namespace postern::app {

using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

template <class Owner>
struct Key {
  std::string name;
  std::string type;  // for people: "size, 64KiB to 1GiB"
  std::string help;
  std::function<Result<void, std::string>(Owner&, SettingValue const&)>
      set;                                         // the error says what would be right
  std::function<std::string(Owner const&)> print;  // as TOML
};

std::span<Key<Settings> const> general_keys();
std::span<Key<Settings> const> send_keys();  // those of them about sending
std::vector<Key<Settings>> judge_keys();     // and of those about rules, memory and notices
std::span<Key<RuleSettings> const> rule_keys();
std::span<Key<ListenSettings> const> listen_keys();
std::span<Key<RouteSettings> const> route_keys();
std::span<Key<DomainSettings> const> domain_keys();  // aliases are a table and are read by themselves

}  // namespace postern::app

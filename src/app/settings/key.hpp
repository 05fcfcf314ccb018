// One key of the settings table: its name, its type and a sentence of help for people, how a value is taken
// and printed, and what a change of it needs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace postern::app {

// What a change of a key needs: SIGHUP, or a restart.
enum class Reload : std::uint8_t { live, restart };

constexpr std::string_view print(Reload reload) { return reload == Reload::live ? "live" : "restart"; }

using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;
using KeyOutcome = Result<void, std::string>;  // the error says what would be right

template <class Owner>
struct Key {
  std::string name;
  std::string type;  // for people: "size, 64KiB to 1GiB"
  std::string help;
  Reload reload = Reload::live;
  std::function<KeyOutcome(Owner&, SettingValue const&)> set;
  std::function<std::string(Owner const&)> print;  // as TOML
};

}  // namespace postern::app

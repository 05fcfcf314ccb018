// From [[rules]] and [lists] to a compiled rule set. Lists are read from files and SQLite here, and read
// again when one of them changes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/settings/settings.hpp"
#include "policy/rules.hpp"

namespace postern::app {

using OnSettingError = std::function<void(int line, std::string const& what)>;

// Null when there are no rules, or when there was an error.
std::shared_ptr<policy::RuleSet const> build_rules(Settings const& settings, OnSettingError const& error);

std::unordered_map<std::string, policy::Pin> build_pins(Settings const& settings,
                                                        OnSettingError const& error);

// Size and time of change of the files that lists are read from: what differs has changed.
std::string state_of_list_files(Settings const& settings);

}  // namespace postern::app

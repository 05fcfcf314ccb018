// What a node of a TOML file is, as the settings take it.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "app/settings/key.hpp"

namespace postern::app {

inline std::optional<SettingValue> value_of(toml::node const& node) {
  if (auto const* text = node.as_string()) return SettingValue(text->get());
  if (auto const* number = node.as_integer()) return SettingValue(number->get());
  if (auto const* flag = node.as_boolean()) return SettingValue(flag->get());
  auto const* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> items;
  for (auto const& item : *array) {
    if (!item.is_string()) return std::nullopt;
    items.push_back(item.as_string()->get());
  }
  return SettingValue(std::move(items));
}

inline std::optional<std::vector<std::string>> texts_of(toml::node const& node) {
  auto value = value_of(node);
  auto* list = value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
  return list != nullptr ? std::optional(std::move(*list)) : std::nullopt;
}

inline std::string as_written(toml::node const& node) {
  std::ostringstream out;
  node.visit([&](auto const& n) { out << n; });
  return out.str();
}

inline int line_of(toml::node const& node) { return static_cast<int>(node.source().begin.line); }

}  // namespace postern::app

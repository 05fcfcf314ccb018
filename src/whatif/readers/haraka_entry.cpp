#include "whatif/readers/haraka_entry.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.hpp"
#include "whatif/readers/key_values.hpp"

namespace postern::whatif {
namespace {

constexpr std::array<std::string_view, 10> levels{"DATA", "PROTOCOL", "DEBUG", "INFO",  "NOTICE",
                                                  "WARN", "ERROR",    "CRIT",  "ALERT", "EMERG"};
constexpr std::size_t uuid_size = 36;

// "3E6A027F-8307-4DA4-B105-2A39EC4B58D4", or that with ".1" behind for a transaction.
std::string_view uuid_of(std::string_view text) {
  auto const uuid = text.substr(0, uuid_size);
  if (uuid.size() < uuid_size || (text.size() > uuid_size && text[uuid_size] != '.')) return {};
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    bool const is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? uuid[i] != '-' : !is_alnum(uuid[i])) return {};
  }
  return uuid;
}

// "[text] " at the start is taken off.
std::optional<std::string_view> take_brackets(std::string_view& line) {
  auto const close = line.find(']');
  if (!line.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  auto const inner = line.substr(1, close - 1);
  line.remove_prefix(close + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return inner;
}

std::optional<HarakaEntry> of_brackets(std::string_view line) {
  for (auto at = line.find('['); at != std::string_view::npos; at = line.find('[', at + 1)) {
    auto rest = line.substr(at);
    auto const level = take_brackets(rest);
    if (!level || std::find(levels.begin(), levels.end(), *level) == levels.end()) continue;
    auto const id = take_brackets(rest);
    auto const plugin = id ? take_brackets(rest) : std::nullopt;
    if (!plugin) return std::nullopt;
    HarakaEntry out;
    out.uuid = uuid_of(*id);
    out.is_of_no_connection = *id == "-";
    out.plugin = *plugin;
    out.text = rest;
    return out;
  }
  return std::nullopt;
}

// Of logfmt and of JSON.
std::optional<HarakaEntry> of_keys(std::string_view line) {
  auto const id = haraka_value(line, "uuid");
  if (id.empty()) return std::nullopt;
  HarakaEntry out;
  out.uuid = uuid_of(id);
  out.is_of_no_connection = id == "-";
  out.plugin = haraka_value(line, "source");
  if (out.plugin.empty()) out.plugin = haraka_value(line, "origin");
  out.text = line;
  return out;
}

}  // namespace

std::optional<HarakaEntry> haraka_entry(std::string_view line) {
  if (line.starts_with('{')) return haraka_value(line, "level").empty() ? std::nullopt : of_keys(line);
  if (auto const entry = of_brackets(line)) return entry;
  auto const begin = line.find("level=");
  return begin == std::string_view::npos ? std::nullopt : of_keys(line.substr(begin));
}

std::string_view haraka_value(std::string_view text, std::string_view key) {
  if (!text.starts_with('{')) return key_value(text, key);
  auto const quoted = "\"" + std::string(key) + "\":";
  auto const at = text.find(quoted);
  if (at == std::string_view::npos) return {};
  auto const value = trimmed(text.substr(at + quoted.size()));
  if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find_first_of(",}"));
}

}  // namespace postern::whatif

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

std::optional<HarakaEntry> of_logfmt(std::string_view line) {
  auto const begin = line.find("level=");
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  HarakaEntry out;
  auto const id = key_value(line, "uuid");
  out.uuid = uuid_of(id);
  out.is_of_no_connection = id == "-";
  out.plugin = key_value(line, "source");
  if (out.plugin.empty()) out.plugin = key_value(line, "origin");
  out.text = line;
  return id.empty() ? std::nullopt : std::optional(out);
}

// The value of a text in JSON's outermost object; its escapes are left as they are.
std::string_view json_text(std::string_view line, std::string_view key) {
  auto const quoted = "\"" + std::string(key) + "\":";
  auto const at = line.find(quoted);
  if (at == std::string_view::npos) return {};
  auto value = trimmed(line.substr(at + quoted.size()));
  if (!value.starts_with('"')) return {};
  value.remove_prefix(1);
  return value.substr(0, value.find('"'));
}

std::optional<HarakaEntry> of_json(std::string_view line) {
  HarakaEntry out;
  auto const id = json_text(line, "uuid");
  out.uuid = uuid_of(id);
  out.is_of_no_connection = id == "-";
  out.plugin = json_text(line, "source");
  if (out.plugin.empty()) out.plugin = json_text(line, "origin");
  out.text = line;
  return id.empty() ? std::nullopt : std::optional(out);
}

}  // namespace

std::optional<HarakaEntry> haraka_entry(std::string_view line) {
  if (line.starts_with('{')) return of_json(line);
  if (auto const entry = of_brackets(line)) return entry;
  return of_logfmt(line);
}

}  // namespace postern::whatif

#include "auth/tag_list.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_tags = 64;

// RFC 6376 section 3.2: a letter, then letters, digits and "_".
bool is_tag_name(std::string_view name) {
  return !name.empty() && is_alpha(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

bool is_tag_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || c == '\t' || c == '\r' || c == '\n';
  });
}

}  // namespace

TagList TagList::parse_well_formed(std::string_view text) {
  TagList out;
  for (auto const tag : split_list(text, ';')) {
    auto const equals = tag.find('=');
    if (equals == std::string_view::npos || out.tags_.size() == most_tags) continue;
    auto const name = trimmed(tag.substr(0, equals));
    auto const value = trimmed(tag.substr(equals + 1));
    if (is_tag_name(name) && is_tag_value(value) && !out.find(name)) out.tags_.push_back({name, value});
  }
  return out;
}

std::optional<TagList> TagList::parse(std::string_view text) {
  TagList out;
  while (!text.empty()) {
    auto const end = text.find(';');
    auto const tag = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (tag.empty()) {
      if (trimmed(text).empty()) break;  // a semicolon at the end
      return std::nullopt;
    }
    auto const equals = tag.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    auto const name = trimmed(tag.substr(0, equals));
    auto const value = trimmed(tag.substr(equals + 1));
    if (!is_tag_name(name) || !is_tag_value(value) || out.find(name) || out.tags_.size() == most_tags)
      return std::nullopt;
    out.tags_.push_back({name, value});
  }
  return out;
}

std::optional<std::string_view> TagList::find(std::string_view name) const {
  for (auto const& tag : tags_)
    if (tag.name == name) return tag.value;
  return std::nullopt;
}

std::string without_blanks(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  return out;
}

std::vector<std::string_view> split_list(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    auto const end = text.find(separator);
    out.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace postern::auth

#include "wire/header_fields.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/own_fields.hpp"

namespace postern::wire {
namespace {

// The line at the start of `text`, with its end.
std::string_view line_of(std::string_view text) {
  auto const end = text.find('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

bool is_empty_line(std::string_view line) { return line == "\r\n" || line == "\n"; }

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::size_t end_of_header(std::string_view content) {
  if (content.starts_with("\r\n") || content.starts_with('\n')) return 0;
  for (auto at = content.find('\n'); at != std::string_view::npos; at = content.find('\n', at + 1)) {
    auto const rest = content.substr(at + 1);
    if (rest.starts_with("\r\n") || rest.starts_with('\n')) return at + 1;
  }
  return std::string_view::npos;
}

std::string_view HeaderFields::Field::value() const {
  std::string_view const all = without_line_end(text);
  auto const colon = all.find(':');
  return colon == std::string_view::npos ? std::string_view() : all.substr(colon + 1);
}

HeaderFields::HeaderFields(std::string_view section) {
  while (!section.empty()) {
    auto const line = line_of(section);
    section.remove_prefix(line.size());
    if (is_empty_line(line)) return;
    if (is_blank(line.front()) && !fields_.empty()) {
      fields_.back().text += line;
      continue;
    }
    fields_.push_back(
        {.name = std::string(trimmed(line.substr(0, line.find(':')))), .text = std::string(line)});
  }
}

void HeaderFields::apply(HeaderChange const& change) {
  if (is_own_field(change.name)) return;
  changed_ = true;
  Field field{.name = change.name, .text = {}};
  if (change.how == HeaderChange::How::add || change.how == HeaderChange::How::insert ||
      change.how == HeaderChange::How::replace)
    field.text = print_field(change.name, change.value);
  switch (change.how) {
    case HeaderChange::How::add: fields_.push_back(std::move(field)); return;
    case HeaderChange::How::insert: {
      auto const place = static_cast<std::size_t>(std::max<std::int64_t>(change.index, 1) - 1);
      auto const at = static_cast<std::ptrdiff_t>(std::min(place, fields_.size()));
      fields_.insert(fields_.begin() + at, std::move(field));
      return;
    }
    case HeaderChange::How::replace: {
      if (change.value.empty()) return remove_nth(change.name, std::max<std::int64_t>(change.index, 1));
      auto left = std::max<std::int64_t>(change.index, 1);
      for (auto& each : fields_)
        if (iequals(each.name, change.name) && --left == 0) {
          each = std::move(field);
          return;
        }
      fields_.push_back(std::move(field));  // there is none to replace
      return;
    }
    case HeaderChange::How::remove: return remove_nth(change.name, change.index);
    case HeaderChange::How::remove_all:
      std::erase_if(fields_, [&](Field const& each) { return iequals(each.name, change.name); });
      return;
  }
}

void HeaderFields::remove_nth(std::string_view name, std::int64_t index) {
  auto const all = std::count_if(fields_.begin(), fields_.end(),
                                 [&](Field const& each) { return iequals(each.name, name); });
  auto left = index < 0 ? all + 1 + std::max<std::int64_t>(index, -all - 1) : index;
  if (left < 1 || left > all) return;
  for (auto each = fields_.begin(); each != fields_.end(); ++each)
    if (iequals(each->name, name) && --left == 0) {
      fields_.erase(each);
      return;
    }
}

void HeaderFields::remove_if_named(bool (*is_named)(std::string_view name)) {
  auto const removed = std::erase_if(fields_, [&](Field const& each) { return is_named(each.name); });
  changed_ = changed_ || removed > 0;
}

std::string HeaderFields::print() const {
  std::string out;
  out.reserve(size());
  for (auto const& field : fields_) out += field.text;
  return out;
}

std::size_t HeaderFields::size() const {
  std::size_t bytes = 0;
  for (auto const& field : fields_) bytes += field.text.size();
  return bytes;
}

std::string print_field(std::string_view name, std::string_view value) {
  std::string out(name);
  out += ':';
  value = without_line_end(value);
  if (value.empty() || !is_blank(value.front())) out += ' ';
  for (std::size_t i = 0; i < value.size(); ++i) {
    char const c = value[i];
    if (c == '\0') continue;
    if (c != '\r' && c != '\n') {
      out += c;
      continue;
    }
    if (c == '\r' && i + 1 < value.size() && value[i + 1] == '\n') ++i;
    out += "\r\n";
    if (i + 1 == value.size() || !is_blank(value[i + 1])) out += ' ';
  }
  return out + "\r\n";
}

}  // namespace postern::wire

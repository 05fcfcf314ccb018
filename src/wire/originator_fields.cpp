#include "wire/originator_fields.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "wire/address_list.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view from_name = "from";
constexpr std::array<std::string_view, 4> originator_names{from_name, "sender", "resent-from",
                                                           "resent-sender"};
constexpr std::size_t longest_originator_name = 13;
constexpr std::size_t originators_limit = 16U << 10;

bool names_originator(std::string_view name) {
  return std::find(originator_names.begin(), originator_names.end(), name) != originator_names.end();
}

// "alice@example.org" of "[alice@example.org]." in a sentence; an address literal's own brackets are within.
std::string_view without_frame(std::string_view word) {
  constexpr std::string_view frame = "[]{}.!?`|";
  auto const begin = std::min(word.find_first_not_of(frame), word.size());
  word.remove_prefix(begin);
  return word.substr(0, word.find_last_not_of(frame) + 1);
}

// Whatever a reading program may take for an address: each run of characters with an @ within, wherever it
// stands (a display name, a comment, a group's name, behind the angle brackets).
Result<void, std::string> add_all_lookalikes(std::string_view field, std::vector<Address>& all) {
  constexpr std::string_view between = " \t\r\n<>(),;:\"\\'";
  while (!field.empty()) {
    auto const begin = std::min(field.find_first_not_of(between), field.size());
    auto const end = std::min(field.find_first_of(between, begin), field.size());
    auto const word = field.substr(begin, end - begin);
    field.remove_prefix(end);
    auto const at = word.find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == word.size()) continue;
    auto address = parse_mailbox(word);
    if (!address) address = parse_mailbox(without_frame(word));
    if (!address)
      return fail(in_quotes(printable(word, 100)) +
                  " is no address, and a reader may take it for one: leave "
                  "it out of the name");
    bool const is_known = std::any_of(all.begin(), all.end(),
                                      [&](Address const& one) { return one.print() == address->print(); });
    if (!is_known) all.push_back(*std::move(address));
  }
  return {};
}

}  // namespace

void OriginatorFields::feed(std::string_view bytes) {
  for (char const c : bytes) {
    if (ended_) return;
    take(c);
  }
}

void OriginatorFields::take(char c) {
  if (c == '\n') {
    ended_ = !anything_;
    anything_ = false;
    return end_line();
  }
  if (c == '\r') return end_line();
  anything_ = true;
  switch (place_) {
    case Place::line_start: return begin_line(c);
    case Place::name:
    case Place::behind_name: return take_name(c);
    case Place::in_field: return keep(c);
    case Place::elsewhere: return;
  }
}

void OriginatorFields::begin_line(char c) {
  if (is_blank(c)) {
    place_ = continues_ ? Place::in_field : Place::elsewhere;
    if (continues_) keep(' ');
    return;
  }
  continues_ = false;
  name_.clear();
  place_ = Place::name;
  take_name(c);
}

void OriginatorFields::take_name(char c) {
  if (c == ':' && names_originator(name_)) {
    begin_field();
  } else if (is_blank(c)) {
    place_ = Place::behind_name;
  } else if (place_ == Place::behind_name || name_.size() == longest_originator_name) {
    place_ = Place::elsewhere;
  } else {
    name_ += to_lower(c);
  }
}

void OriginatorFields::begin_field() {
  kept_ += name_.size() + 1;
  has_from_ = has_from_ || name_ == from_name;
  too_long_ = too_long_ || kept_ > originators_limit;
  continues_ = !too_long_;
  place_ = too_long_ ? Place::elsewhere : Place::in_field;
  if (!too_long_) fields_.push_back({.kind = name_ == from_name ? Kind::author : Kind::sender, .text = {}});
}

void OriginatorFields::keep(char c) {
  too_long_ = too_long_ || ++kept_ > originators_limit;
  if (!too_long_) fields_.back().text += c;
}

Result<std::vector<Address>, std::string> OriginatorFields::addresses(Kind kind) const {
  if (too_long_) return fail(std::string("the fields that say who wrote it are too long"));
  std::vector<Address> all;
  bool has_any = false;
  for (auto const& field : fields_) {
    if (field.kind != kind) continue;
    has_any = true;
    auto one = parse_address_list(field.text, {});
    if (!one) return fail(one.error());
    all.insert(all.end(), one->begin(), one->end());
    if (auto const added = add_all_lookalikes(field.text, all); !added) return fail(added.error());
  }
  if (has_any && all.empty()) return fail(std::string("the field names nobody"));
  return all;
}

}  // namespace postern::wire

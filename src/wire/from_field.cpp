#include "wire/from_field.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/address_list.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view from_name = "from";
constexpr std::size_t from_limit = 16U << 10;

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
    if (!address) return fail("the From field holds " + std::string(word) + ", which is no address");
    bool const is_known = std::any_of(all.begin(), all.end(),
                                      [&](Address const& one) { return one.print() == address->print(); });
    if (!is_known) all.push_back(*std::move(address));
  }
  return {};
}

}  // namespace

void FromField::feed(std::string_view bytes) {
  for (char const c : bytes) {
    if (ended_) return;
    take(c);
  }
}

void FromField::take(char c) {
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
    case Place::in_from: return keep(c);
    case Place::elsewhere: return;
  }
}

void FromField::begin_line(char c) {
  if (is_blank(c)) {
    place_ = continues_ ? Place::in_from : Place::elsewhere;
    if (continues_) keep(' ');
    return;
  }
  continues_ = false;
  name_.clear();
  place_ = Place::name;
  take_name(c);
}

void FromField::take_name(char c) {
  if (c == ':' && name_ == from_name) {
    begin_field();
  } else if (is_blank(c)) {
    place_ = Place::behind_name;
  } else if (place_ == Place::behind_name || name_.size() == from_name.size()) {
    place_ = Place::elsewhere;
  } else {
    name_ += to_lower(c);
  }
}

void FromField::begin_field() {
  kept_ += from_name.size() + 1;
  too_long_ = too_long_ || kept_ > from_limit;
  continues_ = !too_long_;
  place_ = too_long_ ? Place::elsewhere : Place::in_from;
  if (!too_long_) fields_.emplace_back();
}

void FromField::keep(char c) {
  too_long_ = too_long_ || ++kept_ > from_limit;
  if (!too_long_) fields_.back() += c;
}

Result<std::vector<Address>, std::string> FromField::addresses() const {
  if (too_long_) return fail(std::string("the From field is too long"));
  std::vector<Address> all;
  for (auto const& field : fields_) {
    auto one = parse_address_list(field, {});
    if (!one) return fail(one.error());
    all.insert(all.end(), one->begin(), one->end());
    if (auto const added = add_all_lookalikes(field, all); !added) return fail(added.error());
  }
  if (!fields_.empty() && all.empty()) return fail(std::string("the From field names nobody"));
  return all;
}

}  // namespace postern::wire

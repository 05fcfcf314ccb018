#include "wire/own_fields.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t own_fields_limit = 10'000;

}  // namespace

bool is_own_field(std::string_view name) { return istarts_with(name, "X-Postern-"); }

void OwnFieldCounts::add(std::string_view name) {
  name = trimmed(name);  // blanks before the colon (RFC 5322 section 4.5)
  if (!is_own_field(name) || all_ == own_fields_limit) return;
  ++all_;
  auto const low = lowered(name);
  auto const known =
      std::lower_bound(fields_.begin(), fields_.end(), low,
                       [](Field const& field, std::string const& other) { return field.name < other; });
  if (known != fields_.end() && known->name == low)
    ++known->count;
  else
    fields_.insert(known, Field{.name = low, .count = 1});
}

void OwnFieldCounts::clear() {
  fields_.clear();
  all_ = 0;
}

}  // namespace postern::wire

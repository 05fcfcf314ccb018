// Members of JSON objects of which it is not known what they are.
// Lifetime: what they return is a part of what they are given.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

namespace postern::whatif {

// Null: there is no such member, or it is no object.
inline boost::json::object const* object_in(boost::json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

// Empty: it is null, or no string.
inline std::string_view text_of(boost::json::value const* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace postern::whatif

// What `postern queue` prints of what the management API answers (docs/operations.md), for people or as JSON.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace postern::app {

std::string text_of(boost::json::object const& object, std::string_view key);  // empty: there is none

void print_list(boost::json::array const& messages, bool as_json);
void print_one(boost::json::object const& message, bool as_json);
void print_destinations(boost::json::array const& destinations, bool as_json);

}  // namespace postern::app

// A rule's expression as it is written, made ready for Lua: "x in list" is not Lua's, and names are looked at
// before anything runs. Pure text; Lua itself finds errors of syntax.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::policy {

struct ExpressionSource {
  std::string lua;                 // with "in" as an operator that binds tighter than "not"
  std::vector<std::string> names;  // free ones, with one field: "tls", "sender.domain", "partners"; each once
};

// Bounds: 4 KiB. The error is a sentence.
Result<ExpressionSource, std::string> read_expression(std::string_view written);

}  // namespace postern::policy

#include "whatif/readers/delimited.hpp"

namespace postern::whatif {

std::vector<std::string> split_delimited(std::string_view line, char delimiter) {
  std::vector<std::string> fields(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char const c = line[i];
    if (in_quotes) {
      bool const doubled = c == '"' && i + 1 < line.size() && line[i + 1] == '"';
      if (doubled) ++i;
      if (c != '"' || doubled)
        fields.back() += c;
      else
        in_quotes = false;
    } else if (c == '"' && fields.back().empty()) {
      in_quotes = true;
    } else if (c == delimiter) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace postern::whatif

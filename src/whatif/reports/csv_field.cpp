#include "whatif/reports/csv_field.hpp"

namespace postern::whatif {

std::string csv_field(std::string_view value) {
  bool const formula =
      !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
  std::string const text = (formula ? "'" : "") + std::string(value);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace postern::whatif

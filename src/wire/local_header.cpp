#include "wire/local_header.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

std::string_view next_crlf_line(std::string_view text) {  // with its end
  auto const lf = text.find('\n');
  return text.substr(0, lf == std::string_view::npos ? lf : lf + 1);
}

// field = field-name *WSP ":" unstructured CRLF                        RFC 5322 section 2.2, 4.5
std::optional<LocalField> parse_local_field(std::string_view line) {
  Cursor at(line);
  auto const name = at.take_while([](char c) { return c > ' ' && c < 0x7F && c != ':'; });
  at.take_while(is_blank);
  if (name.empty() || !at.take(':')) return std::nullopt;
  return LocalField{std::string(name), std::string(at.rest())};
}

bool has_time(std::string_view line) {  // "10:00", as every mbox line has it
  for (std::size_t i = 2; i + 2 < line.size(); ++i)
    if (line[i] == ':' && is_digit(line[i - 2]) && is_digit(line[i - 1]) && is_digit(line[i + 1]) &&
        is_digit(line[i + 2]))
      return true;
  return false;
}

// How many bytes of "From " and ">From " lines a field follows. Without a field behind them they are text.
// Within a header section they must have a time, so that a body whose empty line is missing keeps its words.
std::size_t mbox_lines(std::string_view text, bool first) {
  auto rest = text;
  for (;;) {
    auto const line = next_crlf_line(rest);
    if (parse_local_field(line)) return text.size() - rest.size();
    auto const unquoted = line.substr(std::min(line.find_first_not_of('>'), line.size()));
    if (unquoted.substr(0, 5) != "From " || (!first && !has_time(unquoted))) return 0;
    rest.remove_prefix(line.size());
  }
}

}  // namespace

std::vector<LocalField> take_local_header(std::string_view& text) {
  std::vector<LocalField> fields;
  while (!text.empty()) {
    auto const line = next_crlf_line(text);
    if (!fields.empty() && is_blank(line.front())) {
      if (!trimmed(line).empty()) fields.back().body += line;
    } else if (auto field = parse_local_field(line)) {
      fields.push_back(*std::move(field));
    } else if (auto const skipped = mbox_lines(text, fields.empty()); skipped > 0) {
      text.remove_prefix(skipped);
      continue;
    } else {
      if (line == "\r\n") text.remove_prefix(line.size());
      break;
    }
    text.remove_prefix(line.size());
  }
  return fields;
}

}  // namespace postern::wire

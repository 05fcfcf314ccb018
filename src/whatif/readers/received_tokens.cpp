#include "whatif/readers/received_tokens.hpp"

#include <algorithm>

namespace postern::whatif {
namespace {

constexpr auto not_there = std::string_view::npos;

constexpr std::size_t longest_local_part = 512;  // RFC 5321 section 4.5.3.1 allows less

// Where the quoted string that opens at `open` ends; not there when it is not closed.
std::size_t end_of_quotes(std::string_view field, std::size_t open) {
  auto const limit = std::min(field.size(), open + longest_local_part);
  for (std::size_t at = open + 1; at < limit; ++at) {
    if (field[at] == '\\')
      ++at;
    else if (field[at] == '"')
      return at;
  }
  return not_there;
}

// For each opening parenthesis where it is closed. One pass, since a field may hold thousands of them.
std::vector<std::size_t> closings_of(std::string_view field) {
  std::vector<std::size_t> closings(field.size(), not_there);
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < field.size(); ++at) {
    char const c = field[at];
    if (c == '(') {
      open.push_back(at);
    } else if (c == ')' && !open.empty()) {
      closings[open.back()] = at;
      open.pop_back();
    } else if (c == '\\' && !open.empty()) {
      ++at;
    } else if (c == '<' && field.substr(at + 1, 1) == "\"") {  // <"local part"@domain>
      if (auto const end = end_of_quotes(field, at + 1); end != not_there) at = end;
    }
  }
  return closings;
}

// A path in angle brackets, up to and with the closing one.
std::size_t end_of_path(std::string_view field, std::size_t open) {
  std::size_t from = open + 1;
  if (field.substr(from, 1) == "\"")
    if (auto const quoted = end_of_quotes(field, from); quoted != not_there) from = quoted + 1;
  auto const end = std::min(field.find_first_of(" >;", from), field.size());
  return end < field.size() && field[end] == '>' ? end + 1 : end;
}

}  // namespace

std::vector<ReceivedToken> tokens_of_received(std::string_view field) {
  using Kind = ReceivedToken::Kind;
  auto const closings = closings_of(field);
  std::vector<ReceivedToken> out;
  for (std::size_t at = 0; at < field.size();) {
    char const c = field[at];
    if (c == ' ') {
      ++at;
    } else if (c == '(' && closings[at] != not_there) {
      out.push_back({.kind = Kind::comment, .text = field.substr(at + 1, closings[at] - at - 1)});
      at = closings[at] + 1;
    } else if (c == ';') {
      out.push_back({.kind = Kind::semicolon, .text = field.substr(at, 1)});
      ++at;
    } else {
      std::size_t end = c == '<' ? end_of_path(field, at) : at + 1;
      while (c != '<' && end < field.size() && field[end] != ' ' && field[end] != ';' &&
             (field[end] != '(' || closings[end] == not_there))
        ++end;
      out.push_back({.kind = Kind::word, .text = field.substr(at, end - at)});
      at = end;
    }
  }
  return out;
}

}  // namespace postern::whatif

#include "wire/mime_field.hpp"

#include "base/ascii.hpp"
#include "wire/comment.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

bool is_mime_blank(char c) { return is_blank(c) || c == '\r' || c == '\n'; }

void skip_blanks_and_comments(Cursor& at) {
  while (!at.at_end()) {
    if (at.peek() == '(')
      skip_comment(at);
    else if (is_mime_blank(at.peek()))
      at.next();
    else
      return;
  }
}

// What is within quotes; `at` stands behind the first one.
std::string take_quoted(Cursor& at) {
  std::string out;
  while (!at.at_end()) {
    char c = at.next();
    if (c == '"') break;
    if (c == '\\' && !at.at_end()) c = at.next();
    if (c != '\r' && c != '\n') out += c;  // folding
  }
  return out;
}

std::string_view take_until(Cursor& at, std::string_view ends) {
  return at.take_while([&](char c) { return ends.find(c) == std::string_view::npos; });
}

// Up to the next semicolon, or to the end.
std::string take_to_semicolon(Cursor& at) {
  std::string out;
  while (!at.at_end() && at.peek() != ';') {
    if (at.peek() == '(')
      skip_comment(at);
    else if (at.take('"'))
      out += take_quoted(at);
    else
      out += at.next();
  }
  return out;
}

}  // namespace

std::string MimeField::parameter(std::string_view name) const {
  std::string const* found = nullptr;
  for (auto const& [own_name, own_value] : parameters) {
    if (own_name != name) continue;
    if (found != nullptr) return {};
    found = &own_value;
  }
  return found != nullptr ? *found : std::string();
}

MimeField parse_mime_field(std::string_view text) {
  Cursor at(text);
  MimeField out;
  out.value = lowered(trimmed(take_to_semicolon(at)));
  while (at.take(';')) {
    skip_blanks_and_comments(at);
    auto name = lowered(take_until(at, "=;(\" \t\r\n"));
    skip_blanks_and_comments(at);
    if (at.take('=')) {
      skip_blanks_and_comments(at);
      auto value = at.take('"') ? take_quoted(at) : std::string(take_until(at, ";(\" \t\r\n"));
      out.parameters.emplace_back(std::move(name), std::move(value));
    }
    take_to_semicolon(at);
  }
  return out;
}

}  // namespace postern::wire

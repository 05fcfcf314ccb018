#include "policy/expression_source.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/ascii.hpp"

namespace postern::policy {
namespace {

constexpr std::size_t length_limit = 4096;
constexpr std::array<std::string_view, 21> keywords{
    "and",   "break", "do",  "else", "elseif", "end",    "false", "for",  "function", "goto", "if",
    "local", "nil",   "not", "or",   "repeat", "return", "then",  "true", "until",    "while"};

struct Token {
  enum class Kind : std::uint8_t { name, text, other, end } kind;
  std::string_view written;
};

// Lua's tokens (Lua 5.4 manual, section 3.1), as far as they matter: names, strings, and anything else.
class Tokens {
 public:
  explicit Tokens(std::string_view rest) : rest_(rest) {}

  Token next() {
    skip_blanks();
    if (rest_.empty()) return {Token::Kind::end, {}};
    char const c = rest_.front();
    if (is_alpha(c) || c == '_') return take(Token::Kind::name, name_length());
    if (is_digit(c)) return take(Token::Kind::other, number_length());
    if (c == '"' || c == '\'') return take(Token::Kind::text, string_length(c));
    if (auto const level = long_bracket(0)) return take(Token::Kind::text, long_length(0, *level));
    for (std::string_view const wide : {"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"})
      if (rest_.starts_with(wide)) return take(Token::Kind::other, wide.size());
    return take(Token::Kind::other, 1);
  }

 private:
  Token take(Token::Kind kind, std::size_t length) {
    auto const written = rest_.substr(0, length);
    rest_.remove_prefix(written.size());
    return {kind, written};
  }

  void skip_blanks() {
    for (;;) {
      while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == '\n' || rest_.front() == '\r'))
        rest_.remove_prefix(1);
      if (!rest_.starts_with("--")) return;
      auto const level = long_bracket(2);
      rest_.remove_prefix(level ? long_length(2, *level) : std::min(rest_.find('\n'), rest_.size()));
    }
  }

  std::size_t name_length() const {
    std::size_t i = 0;
    while (i < rest_.size() && (is_alnum(rest_[i]) || rest_[i] == '_')) ++i;
    return i;
  }
  std::size_t number_length() const {
    std::size_t i = 0;
    while (i < rest_.size() &&
           (is_alnum(rest_[i]) || (rest_[i] == '.' && !rest_.substr(i).starts_with(".."))))
      ++i;
    return i;
  }
  std::size_t string_length(char quote) const {
    std::size_t i = 1;
    while (i < rest_.size() && rest_[i] != quote) i += rest_[i] == '\\' ? 2 : 1;
    return std::min(i + 1, rest_.size());
  }

  // The number of '=' in "[==[" at `at`.
  std::optional<std::size_t> long_bracket(std::size_t at) const {
    if (at >= rest_.size() || rest_[at] != '[') return std::nullopt;
    auto const second = rest_.find_first_not_of('=', at + 1);
    if (second == std::string_view::npos || rest_[second] != '[') return std::nullopt;
    return second - at - 1;
  }
  std::size_t long_length(std::size_t at, std::size_t level) const {
    auto const close = rest_.find("]" + std::string(level, '=') + "]", at + level + 2);
    return close == std::string_view::npos ? rest_.size() : close + level + 2;
  }

  std::string_view rest_;
};

bool is_keyword(std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

class Reader {
 public:
  explicit Reader(std::string_view written) {
    Tokens tokens(written);
    do tokens_.push_back(tokens.next());
    while (tokens_.back().kind != Token::Kind::end);
  }

  ExpressionSource read() {
    declare();
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; tokens_[i].kind != Token::Kind::end; ++i) {
      auto const& token = tokens_[i];
      bool const membership = is(i, "in") && !heads_.contains(i);
      out_.lua += membership ? "^" : std::string(token.written);
      out_.lua += ' ';
      if (token.kind != Token::Kind::name || token.written == "in" || is_keyword(token.written)) continue;
      if (i > 0 && (is(i - 1, ".") || is(i - 1, ":") || is(i - 1, "::"))) continue;  // a field, a method
      if (is(i + 1, "=") && i > 0 && (is(i - 1, "{") || is(i - 1, ","))) continue;   // of a table
      std::string name(token.written);
      if (locals_.contains(name)) continue;
      if (is(i + 1, ".") && tokens_[i + 2].kind == Token::Kind::name)
        name += "." + std::string(tokens_[i + 2].written);
      if (seen.insert(name).second) out_.names.push_back(std::move(name));
    }
    return std::move(out_);
  }

 private:
  bool is(std::size_t at, std::string_view written) const {
    return at < tokens_.size() && tokens_[at].kind != Token::Kind::text && tokens_[at].written == written;
  }

  // Names the expression makes itself: parameters of functions, locals, and those of a loop, whose "in" is
  // Lua's.
  void declare() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      bool const loop = is(i, "for");
      if (!loop && !is(i, "function") && !is(i, "local")) continue;
      bool const parameters = is(i, "function");
      std::size_t at = i + 1;
      if (parameters)
        for (; at < tokens_.size() && !is(at, "("); ++at) locals_.insert(std::string(tokens_[at].written));
      for (at += parameters ? 1 : 0; at < tokens_.size(); ++at) {
        if (tokens_[at].kind == Token::Kind::name && !is_keyword(tokens_[at].written) && !is(at, "in"))
          locals_.insert(std::string(tokens_[at].written));
        else if (!is(at, ","))
          break;
      }
      if (loop && is(at, "in")) heads_.insert(at);
    }
  }

  std::vector<Token> tokens_;
  std::unordered_set<std::string> locals_;
  std::unordered_set<std::size_t> heads_;  // where "in" belongs to a loop
  ExpressionSource out_;
};

}  // namespace

Result<ExpressionSource, std::string> read_expression(std::string_view written) {
  if (trimmed(written).empty()) return fail(std::string("it is empty"));
  if (written.size() > length_limit) return fail(std::string("it is longer than 4096 bytes"));
  return Reader(written).read();
}

}  // namespace postern::policy

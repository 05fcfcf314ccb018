#include "auth/authentication_results.hpp"

#include <algorithm>

#include "auth/dns_name.hpp"
#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_results = 100, most_properties = 100;
constexpr std::size_t longest_value =
    400;  // that we write: lines have at most 998 octets (RFC 5322 section 2.1.1)

bool is_token(char c) {
  constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && specials.find(c) == std::string_view::npos;
}

// What needs no quotes: a token, or an address (section 2.2's pvalue; RFC 2045 section 5.1).
bool needs_quotes(std::string_view text) {
  return text.empty() || std::count(text.begin(), text.end(), '@') > 1 ||
         !std::all_of(text.begin(), text.end(), [](char c) { return is_token(c) || c == '@'; });
}

std::string value_text(std::string_view value) {
  std::string clean;
  for (char const c : value.substr(0, longest_value))
    clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return needs_quotes(clean) ? in_quotes(clean) : clean;
}

// Reads the words of a structured field (RFC 5322 section 3.2), comments and white space passed over.
class FieldWords {
 public:
  explicit FieldWords(std::string_view text) : text_(text) { pass_over(); }

  bool at_end() const { return text_.empty(); }
  bool ends_result() const { return text_.empty() || text_.front() == ';'; }
  std::string_view rest() const { return text_; }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    pass_over();
    return true;
  }
  // A quoted string, or characters for which `is_part` is true.
  template <class IsPart>
  std::optional<std::string> word(IsPart is_part) {
    if (!text_.empty() && text_.front() == '"') return quoted();
    std::size_t length = 0;
    while (length < text_.size() && is_part(text_[length])) ++length;
    if (length == 0) return std::nullopt;
    std::string out(text_.substr(0, length));
    text_.remove_prefix(length);
    pass_over();
    return out;
  }

 private:
  std::optional<std::string> quoted() {
    std::string out;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        out += text_[++i];
      } else if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        pass_over();
        return out;
      } else {
        out += text_[i];
      }
    }
    return std::nullopt;
  }

  void pass_over() {
    for (;;) {
      while (!text_.empty() && (is_blank(text_.front()) || text_.front() == '\r' || text_.front() == '\n'))
        text_.remove_prefix(1);
      if (text_.empty() || text_.front() != '(') return;
      pass_over_comment();
    }
  }
  void pass_over_comment() {
    std::size_t depth = 0, i = 0;
    for (; i < text_.size(); ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '(') {
        ++depth;
      } else if (text_[i] == ')' && --depth == 0) {
        ++i;
        break;
      }
    }
    text_.remove_prefix(std::min(i, text_.size()));
  }

  std::string_view text_;
};

bool is_keyword(char c) { return is_alnum(c) || c == '-' || c == '_'; }
// More than a token: others leave out quotes where they are needed.
bool is_value_character(char c) {
  return is_token(c) || std::string_view("@/:=<>?").find(c) != std::string_view::npos;
}

bool read_property(FieldWords& words, AuthResult& result) {
  auto const type = words.word(is_keyword);
  if (!type) return false;
  if (iequals(*type, "reason") && words.take('=')) {
    auto reason = words.word(is_value_character);
    result.reason = reason.value_or(std::string());
    return reason.has_value();
  }
  if (!words.take('.')) return false;
  auto const name = words.word(is_keyword);
  if (!name || !words.take('=')) return false;
  auto value = words.word(is_value_character);
  if (!value && words.ends_result()) value.emplace();  // others write nothing for the null sender
  if (!value) return false;
  // "local"@domain, with the local part in quotes
  if (words.take('@'))
    if (auto const domain = words.word(is_value_character)) *value += "@" + *domain;
  if (result.properties.size() < most_properties)
    result.properties.push_back({lowered(*type), lowered(*name), *std::move(value)});
  return true;
}

bool read_result(FieldWords& words, AuthenticationResults& out) {
  auto const method = words.word(is_keyword);
  if (!method) return false;
  if (words.take('/') && !words.word(is_digit)) return false;  // a version
  if (!words.take('=')) return iequals(*method, "none") && out.results.empty();
  auto const result = words.word(is_keyword);
  if (!result) return false;
  AuthResult one{.method = lowered(*method), .result = lowered(*result)};
  while (!words.at_end() && !words.take(';'))
    if (!read_property(words, one)) return false;
  if (out.results.size() < most_results) out.results.push_back(std::move(one));
  return true;
}

std::optional<std::string> read_server(FieldWords& words) {
  auto server = words.word(is_value_character);
  if (!server) return std::nullopt;
  words.word(is_digit);  // a version
  return lowered(*server);
}

}  // namespace

std::string_view AuthResult::property(std::string_view type, std::string_view name) const {
  for (auto const& one : properties)
    if (one.type == type && one.name == name) return one.value;
  return {};
}

std::string print(AuthenticationResults const& results) {
  std::string out = value_text(results.server);
  if (results.results.empty()) return out + "; none";
  for (auto const& result : results.results) {
    out += ";\r\n\t" + result.method + "=" + result.result;
    if (!result.reason.empty()) out += " reason=" + in_quotes(printable(result.reason, 200));
    for (auto const& property : result.properties)
      out += "\r\n\t " + property.type + "." + property.name + "=" + value_text(property.value);
  }
  return out;
}

std::optional<AuthenticationResults> parse_authentication_results(std::string_view value) {
  FieldWords words(value);
  auto const server = read_server(words);
  if (!server || !words.take(';')) return std::nullopt;
  AuthenticationResults out{.server = *server, .results = {}};
  while (!words.at_end()) {
    if (words.take(';')) continue;
    if (!read_result(words, out)) return std::nullopt;
  }
  return out;
}

std::string authentication_server(std::string_view value) {
  auto text = FieldWords(value).rest();
  if (text.starts_with('"')) text.remove_prefix(1);
  std::string out;
  for (char const c : text) {
    if (c == '\\') continue;  // before any character of a quoted string
    if (!is_alnum(c) && c != '.' && c != '-' && c != '_' && !is_8bit(c)) break;
    out += c;
  }
  return comparable_domain(out);
}

}  // namespace postern::auth

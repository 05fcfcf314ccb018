#include "auth/author_domains.hpp"

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "wire/address_list.hpp"

namespace postern::auth {
namespace {

void add_author(std::string const& domain, std::vector<std::string>& all) {
  if (all.size() <= most_authors && std::find(all.begin(), all.end(), domain) == all.end())
    all.push_back(domain);
}

std::string without_line_ends(std::string_view value) {
  std::string out;
  for (char const c : value)
    if (c != '\r' && c != '\n') out += c;
  return out;
}

bool may_be_in_domain(char c) { return is_alnum(c) || is_8bit(c) || c == '-' || c == '.' || c == '_'; }

// Takes blanks, comments and marks of quotation off, which a lenient reader passes over.
std::string_view without_what_is_passed_over(std::string_view text) {
  int depth = 0;
  while (!text.empty()) {
    char const c = text.front();
    if (c == '(') ++depth;
    if (depth == 0 && !is_blank(c) && c != '"' && c != '[') break;
    if (c == ')') --depth;
    text.remove_prefix(1);
  }
  return text;
}

// The name at the beginning of `text`, also with blanks and comments around its dots (RFC 5322 section 4.4).
std::string name_at(std::string_view text) {
  std::string name;
  text = without_what_is_passed_over(text);
  for (;;) {
    while (!text.empty() && may_be_in_domain(text.front())) {
      name += text.front();
      text.remove_prefix(1);
    }
    auto const rest = without_what_is_passed_over(text);
    bool const goes_on = rest.size() < text.size() && !rest.empty() && may_be_in_domain(rest.front()) &&
                         (rest.front() == '.' || name.ends_with('.'));
    if (!goes_on) break;
    text = rest;
  }
  while (name.ends_with('.')) name.pop_back();
  return name;
}

// Of a field that is none by the grammar: whatever stands behind an "@" and is a domain; an empty name where
// none can be read.
void add_authors_lookalikes(std::string_view text, std::vector<std::string>& all) {
  bool is_readable = false;
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    auto const domain = Domain::parse(name_at(text.substr(at + 1)));
    is_readable = domain.has_value();
    if (!is_readable) break;
    add_author(domain->a_label(), all);
  }
  if (!is_readable) add_author({}, all);
}

}  // namespace

std::vector<std::string> author_domains(std::vector<HeaderField> const& fields) {
  std::vector<std::string> all;
  for (auto const& field : fields) {
    if (!iequals(field.name(), "From")) continue;
    auto const text = without_line_ends(field.value());
    auto const addresses = wire::parse_address_list(text, {});
    if (!addresses) {
      add_authors_lookalikes(text, all);
      continue;
    }
    for (auto const& address : *addresses)
      if (address.domain() != nullptr) add_author(address.domain()->a_label(), all);
  }
  return all;
}

}  // namespace postern::auth

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

// Whatever stands behind an "@" and is a domain.
void add_authors_lookalikes(std::string_view text, std::vector<std::string>& all) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    auto end = at + 1;
    while (end < text.size() && may_be_in_domain(text[end])) ++end;
    auto name = text.substr(at + 1, end - at - 1);
    while (name.ends_with('.')) name.remove_suffix(1);
    if (auto const domain = Domain::parse(name)) add_author(domain->a_label(), all);
  }
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

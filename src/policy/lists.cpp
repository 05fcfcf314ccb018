#include "policy/lists.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::policy {

Result<void, std::string> List::add(std::string_view entry) {
  entry = trimmed(entry);
  if (auto const at = entry.rfind('@'); at != std::string_view::npos) {
    auto const domain = Domain::parse(entry.substr(at + 1));
    if (!domain || at == 0) return fail(in_quotes(printable(entry, 80)) + " is no mail address");
    names_.insert(lowered(entry.substr(0, at + 1)) + domain->a_label());
    return {};
  }
  if (auto const network = Network::parse(entry)) {
    networks_.push_back(*network);
    return {};
  }
  bool const below = entry.starts_with("*.");
  auto const domain = Domain::parse(below ? entry.substr(2) : entry);
  if (!domain)
    return fail(in_quotes(printable(entry, 80)) +
                " is no domain (\"example.org\", \"*.example.org\"), no mail address and no network");
  (below ? below_ : names_).insert(domain->a_label());
  return {};
}

bool List::contains_name(std::string const& name) const {
  if (names_.contains(name)) return true;
  if (below_.empty()) return false;
  for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
    if (below_.contains(name.substr(dot + 1))) return true;
  return false;
}

bool List::contains(std::string_view what) const {
  if (what.empty()) return false;
  auto const name = lowered(what);
  if (auto const at = name.rfind('@'); at != std::string::npos)
    return names_.contains(name) || contains_name(name.substr(at + 1));
  if (!networks_.empty())
    if (auto const address = IpAddress::parse(name))
      return std::any_of(networks_.begin(), networks_.end(),
                         [&](Network const& network) { return network.contains(*address); });
  return contains_name(name);
}

}  // namespace postern::policy

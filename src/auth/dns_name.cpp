#include "auth/dns_name.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t longest_label = 63, longest_askable = 253;

}  // namespace

bool is_askable(std::string_view name) {
  if (name.empty() || name.size() > longest_askable) return false;
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\'; }))
    return false;
  for (;;) {
    auto const length = std::min(name.find('.'), name.size());
    if (length == 0 || length > longest_label) return false;
    if (length == name.size()) return true;
    name.remove_prefix(length + 1);
    if (name.empty()) return false;
  }
}

std::string comparable_domain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (is_ascii(name)) return lowered(name);
  auto const domain = Domain::parse(name);
  return domain ? domain->a_label() : lowered(name);
}

}  // namespace postern::auth

#include "base/address.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern {
namespace {

bool is_dot_string(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atext(c); });
}

}  // namespace

std::string Address::host() const {
  if (auto const* name = domain()) return name->a_label();
  if (auto const* address = literal()) return address->print_literal();
  return {};
}

std::string Address::print() const {
  std::string out = is_dot_string(local_part_) ? local_part_ : in_quotes(local_part_);
  if (auto const* name = domain())
    out += "@" + name->text();
  else if (auto const* address = literal())
    out += "@" + address->print_literal();
  return out;
}

bool Address::needs_smtputf8() const {
  auto const* name = domain();
  return !is_ascii(local_part_) || (name != nullptr && !is_ascii(name->text()));
}

bool same_mailbox(Address const& a, Address const& b) {
  return iequals(a.local_part(), b.local_part()) && a.host() == b.host();
}

}  // namespace postern

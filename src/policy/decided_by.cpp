#include "policy/decided_by.hpp"

#include <algorithm>

namespace postern::policy {
namespace {

constexpr std::string_view prefix = "builtin:";

Builtin find_builtin(std::string_view name) {
  auto const* const found = std::find_if(builtins.begin(), builtins.end(),
                                         [name](Builtin builtin) { return print(builtin) == name; });
  return found == builtins.end() ? Builtin::none : *found;
}

}  // namespace

std::string_view print(Builtin builtin) {
  switch (builtin) {
    case Builtin::none: return {};
    case Builtin::tls_require: return "tls.require";
    case Builtin::tls_pins: return "tls.pins";
    case Builtin::directory: return "directory";
    case Builtin::relay: return "relay";
    case Builtin::login: return "login";
    case Builtin::auth_senders: return "auth.senders";
    case Builtin::size: return "size";
    case Builtin::content: return "content";
    case Builtin::filters: return "filters.verdict";
    case Builtin::spool: return "spool";
    case Builtin::dmarc_enforce: return "dmarc.enforce";
  }
  return {};
}

std::string print(DecidedBy const& decided_by) {
  if (decided_by.builtin == Builtin::none) return decided_by.rule;
  return std::string(prefix) + std::string(print(decided_by.builtin));
}

DecidedBy parse_decided_by(std::string_view text) {
  auto const name = text.starts_with(prefix) ? text.substr(prefix.size()) : text;
  if (auto const builtin = find_builtin(name); builtin != Builtin::none) return {.builtin = builtin};
  return {.rule = std::string(text)};
}

bool is_reserved_rule_name(std::string_view name) {
  return name.starts_with(prefix) || find_builtin(name) != Builtin::none;
}

}  // namespace postern::policy

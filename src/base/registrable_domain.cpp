#include "base/registrable_domain.hpp"

#include <libpsl.h>

#include "base/ascii.hpp"

namespace postern {

std::string registrable_domain(std::string_view name) {
  auto const lower = lowered(name.ends_with('.') ? name.substr(0, name.size() - 1) : name);
  auto const* found = ::psl_registrable_domain(::psl_builtin(), lower.c_str());
  return found == nullptr ? std::string() : std::string(found);
}

}  // namespace postern

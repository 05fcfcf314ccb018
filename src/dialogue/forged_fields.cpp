#include "dialogue/forged_fields.hpp"

#include "auth/authentication_results.hpp"
#include "base/ascii.hpp"

namespace postern::dialogue {
namespace {

// Also when something stands behind the name that a careless reader may pass over, such as "/1".
bool names_server(std::string_view written, std::string_view authserv_id) {
  if (!istarts_with(written, authserv_id)) return false;
  if (written.size() == authserv_id.size()) return true;
  char const next = written[authserv_id.size()];
  return !is_alnum(next) && next != '-' && next != '.' && next != '_';
}

}  // namespace

wire::HeaderFilter::Fate fate_of(std::string_view name, std::optional<std::string_view> value,
                                 std::string_view authserv_id) {
  using Fate = wire::HeaderFilter::Fate;
  if (istarts_with(name, "X-Spam")) return Fate::remove;
  if (!iequals(name, "Authentication-Results")) return Fate::keep;
  if (!value) return Fate::ask_with_value;
  auto const server = auth::authentication_server(*value);
  // Where nobody can be read, who knows whom another reader finds.
  return server.empty() || names_server(server, authserv_id) ? Fate::remove : Fate::keep;
}

}  // namespace postern::dialogue

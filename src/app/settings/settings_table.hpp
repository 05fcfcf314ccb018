// The one table of settings: name, type, default, bounds, what a change needs, and a sentence of help. The
// parser, `postern check`, `postern config` and docs/configuration.md come from it. Its rows are in files by
// subject, in the order in which they are printed; a section is in one piece.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings/key.hpp"
#include "app/settings/settings.hpp"

namespace postern::app {

std::span<Key<Settings> const> general_keys();  // those that are in no [[list]] and of no domain or route
std::span<Key<RuleSettings> const> rule_keys();
std::span<Key<FilterSettings> const> filter_keys();
std::span<Key<ListenSettings> const> listen_keys();
std::span<Key<RouteSettings> const> route_keys();
std::span<Key<DomainSettings> const> domain_keys();  // aliases are a table and are read by themselves

// The rows of general_keys(), by subject.
std::vector<Key<Settings>> server_keys();
std::vector<Key<Settings>> tls_keys();
std::vector<Key<Settings>> service_keys();
std::vector<Key<Settings>> authentication_keys();
std::vector<Key<Settings>> send_keys();

std::vector<std::string> table_names();  // in the file: "tls", "smtp", "domains", also those under old names

struct RenamedKey {
  std::string_view before;  // still works, and `postern check` says that it is old
  std::string_view name;
};
std::span<RenamedKey const> renamed_keys();

}  // namespace postern::app

// The Authentication-Results field (RFC 8601): what this server found out, and what another one says that it
// did. Bounds: 100 results, 100 properties each; values of 400 octets are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::auth {

struct AuthProperty {
  std::string type, name, value;  // "smtp", "mailfrom", "example.org"
};

struct AuthResult {
  std::string method, result;  // "spf", "pass"; lower case
  std::string reason = {};
  std::vector<AuthProperty> properties = {};

  // The value of such a property, or an empty one.
  std::string_view property(std::string_view type, std::string_view name) const;
};

struct AuthenticationResults {
  std::string server;  // the authserv-id, lower case
  std::vector<AuthResult> results;
};

// Behind the field's colon; folded where it gets long, without a final CRLF. Without results: "none" (RFC
// 8601 section 2.2).
std::string print(AuthenticationResults const& results);

// What stands behind the field's colon, comments passed over. Absent: the syntax is wrong.
std::optional<AuthenticationResults> parse_authentication_results(std::string_view value);

// The authserv-id alone, for fields that are to be removed since they claim to be ours (section 5): as any
// reader might see it, whatever follows it and however it is quoted, as comparable_domain(); empty: none.
std::string authentication_server(std::string_view value);

}  // namespace postern::auth

// Macros of SPF records (RFC 7208 section 7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.hpp"

namespace postern::auth {

// What macros stand for. Lifetime: views of what lasts as long as the evaluation.
struct SpfMacroValues {
  std::string_view sender;  // local part and domain
  std::string_view domain;  // that is being evaluated
  std::string_view helo;
  std::string_view validated_name;  // of the client; empty: "unknown"
  std::string_view receiver;        // our own host name, in explanations only
  IpAddress client;
  std::int64_t now = 0;   // seconds since 1970, in explanations only
  bool explains = false;  // "c", "r" and "t" are allowed, too
};

bool is_macro_string(std::string_view text);  // section 7.1, with what modifiers may hold
// Section 7.1: it ends with a macro or with a top label. Without the macros that only explanations may hold.
bool is_domain_spec(std::string_view text);

// Whether it asks for the validated name of the client ("%{p}").
bool asks_validated_name(std::string_view macro_string);

// Absent: a macro that may not stand here.
std::optional<std::string> expand_macros(std::string_view macro_string, SpfMacroValues const& values);

// The same for a name to be asked about: left labels are cut off until it has 253 octets (section 7.3); lower
// case, without the final dot.
std::optional<std::string> expand_domain_spec(std::string_view spec, SpfMacroValues const& values);

}  // namespace postern::auth

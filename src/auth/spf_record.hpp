// An SPF record taken apart (RFC 7208 sections 4.5, 4.6 and 12).
// Lifetime: nothing refers to the text. Bounds: those of a TXT record, 64 KiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"

namespace postern::auth {

enum class SpfQualifier : std::uint8_t { pass, fail, softfail, neutral };  // "+", "-", "~", "?"
enum class SpfMechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct SpfDirective {
  SpfQualifier qualifier = SpfQualifier::pass;
  SpfMechanism mechanism = SpfMechanism::all;
  std::string domain_spec = {};         // with its macros; empty: the domain that is asked about
  std::optional<Network> network = {};  // of ip4 and ip6; absent: it matches nobody
  int v4_prefix = 32, v6_prefix = 128;  // of a and mx
};

struct SpfRecord {
  std::vector<SpfDirective> directives;
  std::string redirect, explanation;  // domain-specs; empty: there is none

  bool has_all() const;
};

// Whether a TXT record is an SPF record: "v=spf1" and then a blank or nothing (section 4.5).
bool is_spf_record(std::string_view text);

// Absent: its syntax is wrong somewhere, which makes all of it useless (section 4.6).
std::optional<SpfRecord> parse_spf_record(std::string_view text);

}  // namespace postern::auth

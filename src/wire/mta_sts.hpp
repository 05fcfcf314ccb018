// MTA-STS (RFC 8461): the TXT record that says that there is a policy, and the policy itself. Bounds: a
// policy of 64 KiB, as the RFC suggests (section 3.3), and 100 host patterns.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::wire {

enum class StsMode : std::uint8_t { none, testing, enforce };
std::string_view print(StsMode mode);

struct StsPolicy {
  StsMode mode = StsMode::none;
  std::vector<std::string> mx;  // "mx.example.org", "*.example.org"; lower case
  std::chrono::seconds max_age{0};

  bool lists(std::string_view host) const;  // RFC 8461 section 4.1; `host` in lower case
};

constexpr std::size_t sts_policy_limit = 64 * 1024;

// The id, from the TXT records of _mta-sts.DOMAIN; absent when there is not exactly one record of STSv1, or
// it is malformed (RFC 8461 section 3.1).
std::optional<std::string> parse_sts_record(std::vector<std::string> const& records);

// RFC 8461 section 3.2. The error says what is wrong, for people.
Result<StsPolicy, std::string> parse_sts_policy(std::string_view text);
std::string print(StsPolicy const& policy);  // lines end with CRLF

}  // namespace postern::wire

// A report about TLS (RFC 8460 section 4): what one sender has seen of one domain in a day. Printed for the
// domains we send to, read for our own. Bounds: 16 MiB of text, 10,000 policies, 10,000 failures of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::wire {

struct TlsFailure {
  std::string result;  // "starttls-not-supported", ... (RFC 8460 section 4.3)
  std::string sending_ip;
  std::string receiving_host;
  std::string receiving_ip;
  std::uint64_t sessions = 0;
  std::string reason;
};

struct TlsPolicyResult {
  std::string type;                 // "tlsa", "sts", "no-policy-found"
  std::vector<std::string> policy;  // its lines
  std::string domain;
  std::vector<std::string> mx_hosts;
  std::uint64_t successful = 0;  // sessions
  std::uint64_t failed = 0;
  std::vector<TlsFailure> failures;
};

struct TlsReport {
  std::string organization;
  std::string contact;
  std::string id;
  std::string start, end;  // RFC 3339, UTC
  std::vector<TlsPolicyResult> policies;
  std::vector<std::string> unread{};  // what could not be read: sentences for people, which are not printed
};

constexpr std::size_t tls_report_limit = 16 * 1024 * 1024;

std::string print(TlsReport const& report);  // JSON

// Reports come from many programs, so a byte order mark and white space around the report are passed over, a
// number may be written as text and a text as a number, an object may stand where a list should and a list of
// one object where an object should, and members may be missing. A member of another type than it should be
// counts as missing. A count that cannot be read is 0, or for all failures of a policy the sum of those that
// it lists, and told in `unread`, as are counts that are missing altogether. The error is for people.
Result<TlsReport, std::string> parse_tls_report(std::string_view text);

bool looks_like_json(std::string_view text);  // its first character is that of a JSON object

}  // namespace postern::wire

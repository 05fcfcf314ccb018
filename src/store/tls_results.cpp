#include "store/tls_results.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "store/sqlite.hpp"

namespace postern::store {
namespace {

constexpr std::size_t failures_limit = 1000;  // kinds of them in a report

constexpr auto query =
    "SELECT policy_domain, policy_type, policy_lines, policy_mx, result, host, peer,"
    " max(CASE WHEN policy_problem <> '' THEN policy_problem ELSE tls_failure END), count(*)"
    " FROM outbound WHERE id >= ? AND id < ? AND result <> ''"
    " GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4";

// What the query selects, in its order.
struct Selected {
  enum : int { domain, type, lines, mx, result, host, peer, reason, sessions };
};

std::vector<std::string> split_lines(std::string const& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

bool is_same_policy(wire::TlsPolicyResult const& a, wire::TlsPolicyResult const& b) {
  return a.domain == b.domain && a.type == b.type && a.policy == b.policy && a.mx_hosts == b.mx_hosts;
}

std::string address_of(std::string const& peer) {  // "192.0.2.1:25", "[2001:db8::1]:25"
  auto address = std::string_view(peer).substr(0, peer.rfind(':'));
  if (address.substr(0, 1) == "[") address = address.substr(1, address.size() - 2);
  return std::string(address);
}

}  // namespace

Result<std::vector<wire::TlsPolicyResult>, std::string> read_tls_results(std::string const& facts,
                                                                         Instant from, Instant to) {
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  auto statement = Statement::prepare(*database, query);
  if (!statement) return fail(facts + ": " + statement.error());
  std::vector<wire::TlsPolicyResult> results;
  statement->bind(to_micros(from), to_micros(to));
  for (;;) {
    auto const row = statement->step();
    if (!row) return fail(facts + ": " + row.error());
    if (!*row) return results;
    wire::TlsPolicyResult key;
    key.type = statement->text(Selected::type);
    key.policy = split_lines(statement->text(Selected::lines));
    key.domain = statement->text(Selected::domain);
    key.mx_hosts = split_lines(statement->text(Selected::mx));
    if (results.empty() || !is_same_policy(results.back(), key)) results.push_back(std::move(key));
    auto& result = results.back();
    auto const outcome = statement->text(Selected::result);
    auto const sessions = static_cast<std::uint64_t>(statement->integer(Selected::sessions));
    bool const success = outcome == "success";
    (success ? result.successful : result.failed) += sessions;
    if (success || result.failures.size() >= failures_limit) continue;
    wire::TlsFailure failure;
    failure.result = outcome;
    failure.receiving_host = statement->text(Selected::host);
    failure.receiving_ip = address_of(statement->text(Selected::peer));
    failure.sessions = sessions;
    failure.reason = printable(statement->text(Selected::reason));
    result.failures.push_back(std::move(failure));
  }
}

}  // namespace postern::store

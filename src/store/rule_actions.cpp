#include "store/rule_actions.hpp"

#include "policy/decided_by.hpp"
#include "policy/filter_facts.hpp"
#include "store/sqlite.hpp"

namespace postern::store {
namespace {

// Whether the owner has asked for what this rule does. The others do what every server does.
bool is_asked_for(policy::Builtin builtin) {
  switch (builtin) {
    case policy::Builtin::tls_require:
    case policy::Builtin::tls_pins:
    case policy::Builtin::dmarc_enforce: return true;
    case policy::Builtin::none:
    case policy::Builtin::directory:
    case policy::Builtin::relay:
    case policy::Builtin::login:
    case policy::Builtin::auth_senders:
    case policy::Builtin::size:
    case policy::Builtin::content:
    case policy::Builtin::filters:
    case policy::Builtin::spool: break;
  }
  return false;
}

// What stands in a column `rule` when no rule that the owner has asked for decided: a list for SQL's IN.
// Earlier versions wrote built-in names without a prefix.
std::string decided_by_no_rule() {
  std::string list = "(''";
  for (auto const builtin : policy::builtins)
    if (!is_asked_for(builtin))
      list +=
          ", '" + std::string(print(builtin)) + "', '" + print(policy::DecidedBy{.builtin = builtin}) + "'";
  return list + ")";
}

std::string actions_query() {
  auto const no_rule = decided_by_no_rule();
  return "SELECT t.started, t.sender, coalesce(r.address, ''),"
         " CASE WHEN c.verified_name <> '' THEN c.verified_name ELSE c.client END,"
         " CASE WHEN r.accepted = 0 THEN r.code ELSE t.code END,"
         " CASE WHEN r.accepted = 0 THEN r.rule ELSE t.rule END, coalesce(r.flag, ''), c.tls = 'established'"
         " FROM transactions t JOIN connections c ON c.id = t.connection"
         " LEFT JOIN recipients r ON r.message = t.id"
         " WHERE t.started >= ? AND t.started < ?"
         " AND (coalesce(r.flag, '') <> ''"
         "  OR (r.accepted = 0 AND r.rule NOT IN " +
         no_rule +
         ")"
         "  OR (coalesce(r.accepted, 1) = 1 AND t.outcome IN ('refused', 'deferred') AND t.rule NOT IN " +
         no_rule +
         "))"
         " ORDER BY t.started, r.position LIMIT ?";
}

// The rule's name as the owner knows it.
std::string name_of_rule(std::string const& column) {
  auto const decided_by = policy::parse_decided_by(column);
  return decided_by.builtin == policy::Builtin::none ? decided_by.rule
                                                     : std::string(print(decided_by.builtin));
}

// The word of a content filter goes first. Without one, whom we write to is wanted.
std::string counts_query() {
  std::string const unwanted =
      "(coalesce(t.filter_action, '') IN " + std::string(policy::unwanted_filter_actions) + ")";
  std::string const wanted =
      "(coalesce(t.filter_action, '') IN " + std::string(policy::wanted_filter_actions) + ")";
  return "SELECT m.rule, count(*),"
         " sum(m.enforced AND m.effect = 'flag'), sum(m.enforced AND m.effect = 'defer'),"
         " sum(m.enforced AND m.effect = 'reject'), sum(m.enforced AND m.effect = 'accept'),"
         " sum(NOT m.enforced AND m.effect = 'flag'), sum(NOT m.enforced AND m.effect = 'defer'),"
         " sum(NOT m.enforced AND m.effect = 'reject'), min(m.at), max(m.at),"
         " sum(" +
         wanted + " OR (NOT " + unwanted +
         " AND coalesce(t.spf, '') <> 'fail'"
         " AND coalesce(t.sender_domain, '') IN"
         "  (SELECT lower(substr(address, instr(address, '@') + 1)) FROM deliveries"
         "   WHERE outcome = 'delivered' AND destination NOT LIKE 'maildir:%' AND destination NOT LIKE "
         "'lmtp:%'))),"
         " sum(" +
         unwanted + " OR (NOT " + wanted +
         " AND coalesce(t.spf, '') = 'fail'))"
         " FROM rule_matches m LEFT JOIN transactions t ON t.id = m.message GROUP BY m.rule ORDER BY m.rule";
}

std::uint64_t count(Statement const& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

// Opens the facts, prepares, and visits each row.
template <class Bind, class Visit>
Result<void, std::string> for_each_row(std::string const& facts, std::string const& query, Bind bind,
                                       Visit visit) {
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  auto rows = Statement::prepare(*database, query);
  if (!rows) return fail(facts + ": " + rows.error());
  bind(*rows);
  for (;;) {
    auto const row = rows->step();
    if (!row) return fail(facts + ": " + row.error());
    if (!*row) return {};
    visit(*rows);
  }
}

}  // namespace

Result<std::vector<RuleAction>, std::string> read_rule_actions(std::string const& facts, Instant from,
                                                               Instant to, std::size_t limit) {
  std::vector<RuleAction> actions;
  auto const read = for_each_row(
      facts, actions_query(), [&](Statement& rows) { rows.bind(to_micros(from), to_micros(to), limit); },
      [&](Statement const& row) {
        RuleAction action{from_micros(row.integer(0)), row.text(1), row.text(2), row.text(3), {}, {}, false};
        auto const flag = row.text(6);
        auto const code = row.integer(4);
        action.done = !flag.empty() ? "flagged" : code >= 500 ? "refused" : "deferred";
        action.why = flag.empty() ? name_of_rule(row.text(5)) : flag;
        action.over_tls = row.integer(7) != 0;
        actions.push_back(std::move(action));
      });
  if (!read) return fail(read.error());
  return actions;
}

Result<std::vector<RuleCounts>, std::string> read_rule_counts(std::string const& facts) {
  std::vector<RuleCounts> all;
  auto const read = for_each_row(
      facts, counts_query(), [](Statement&) {},
      [&](Statement const& row) {
        RuleCounts counts;
        counts.rule = row.text(0);
        counts.matched = count(row, 1);
        counts.flagged = count(row, 2);
        counts.deferred = count(row, 3);
        counts.rejected = count(row, 4);
        counts.accepted = count(row, 5);
        counts.would_flag = count(row, 6);
        counts.would_defer = count(row, 7);
        counts.would_reject = count(row, 8);
        counts.first = from_micros(row.integer(9));
        counts.last = from_micros(row.integer(10));
        counts.wanted = count(row, 11);
        counts.unwanted = count(row, 12);
        all.push_back(std::move(counts));
      });
  if (!read) return fail(read.error());
  return all;
}

}  // namespace postern::store

#include "store/evidence_size.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>

#include "store/evidence_tables.hpp"

namespace postern::store {
namespace {

constexpr std::int64_t rows_at_a_time = 1000;
constexpr std::chrono::milliseconds longest_deletion{200};  // before each batch
constexpr int pages_given_back = 2000;                      // to the file system, at a time

Result<std::int64_t, std::string> number(Database const& database, std::string const& query) {
  auto statement = Statement::prepare(database, query);
  if (!statement) return fail(statement.error());
  auto const row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

template <class Record>
std::string order_of(Table<Record> const& table) {
  return table.key.empty() ? std::string("rowid") : std::string(table.key);
}

// The date of the row behind the `rows` oldest of a table. Absent: it has no more than these.
template <class Record>
Result<std::optional<std::int64_t>, std::string> date_behind(Database const& database,
                                                             Table<Record> const& table, std::int64_t rows) {
  auto statement = Statement::prepare(database, "SELECT " + std::string(table.dated_by) + " FROM " +
                                                    std::string(table.name) + " ORDER BY " + order_of(table) +
                                                    " LIMIT 1 OFFSET ?");
  if (!statement) return fail(statement.error());
  statement->bind(rows);
  auto const row = statement->step();
  if (!row) return fail(row.error());
  return *row ? std::optional(statement->integer(0)) : std::nullopt;
}

// Of the `rows` first of a table those that are older than `cutoff`.
template <class Record>
std::string deletion(Table<Record> const& table, std::int64_t rows, std::int64_t cutoff) {
  std::string const name(table.name), date(table.dated_by);
  std::string const id = table.key.empty() ? std::string("rowid") : date;
  return "DELETE FROM " + name + " WHERE " + id + " IN (SELECT " + id + " FROM " + name + " ORDER BY " +
         order_of(table) + " LIMIT " + std::to_string(rows) + ") AND " + date + " < " +
         std::to_string(cutoff);
}

constexpr auto always = std::numeric_limits<std::int64_t>::max();

Result<std::int64_t, std::string> forget_before(Database& database, std::int64_t rows, std::int64_t cutoff) {
  auto result = database.run("BEGIN IMMEDIATE");
  std::int64_t forgotten = 0;
  for_each_table([&](auto const& table) {
    if (!result || table.lifetime != Lifetime::retention) return;
    result = database.run(deletion(table, rows, cutoff));
    if (result) forgotten += database.changes();
  });
  if (result) result = database.run("COMMIT");
  if (result) return forgotten;
  static_cast<void>(database.run("ROLLBACK"));
  return fail(result.error());
}

// A checkpoint that waits for no reader.
Result<void, std::string> empty_journal(Database& database) {
  return database.run("PRAGMA busy_timeout=100;PRAGMA wal_checkpoint(TRUNCATE);PRAGMA busy_timeout=5000;");
}

}  // namespace

Result<FactsSize, std::string> size_of_facts(Database const& database, std::string const& file) {
  auto const page = number(database, "PRAGMA page_size");
  auto const all = number(database, "PRAGMA page_count");
  auto const unused = number(database, "PRAGMA freelist_count");
  for (auto const* value : {&page, &all, &unused})
    if (!*value) return fail(value->error());
  std::error_code none;
  auto const journal = std::filesystem::file_size(file + "-wal", none);
  return FactsSize{.used = static_cast<std::uint64_t>((*all - *unused) * *page),
                   .free = static_cast<std::uint64_t>(*unused * *page),
                   .journal = none ? 0 : static_cast<std::uint64_t>(journal)};
}

Result<std::int64_t, std::string> forget_oldest(Database& database, std::int64_t rows) {
  std::int64_t cutoff = always;
  std::optional<std::string> problem;
  for_each_table([&](auto const& table) {
    if (problem || table.lifetime != Lifetime::retention) return;
    auto const date = date_behind(database, table, rows);
    if (!date)
      problem = date.error();
    else if (*date)
      cutoff = std::min(cutoff, **date);
  });
  if (problem) return fail(*problem);
  auto const forgotten = forget_before(database, rows, cutoff);
  if (!forgotten || *forgotten > 0) return forgotten;
  return forget_before(database, rows, always);  // the clock was set back: in the order in which they came
}

Result<FactsLimits, std::string> limits_for(Database const& database, std::string const& file,
                                            std::uint64_t size) {
  auto const now = size_of_facts(database, file);
  if (!now) return fail(now.error());
  return FactsLimits{.size = size, .ceiling = std::max(size + size / 16, now->used)};
}

Result<bool, std::string> make_room(Database& database, std::string const& file, FactsLimits const& limits) {
  auto const limit = limits.size;
  auto size = size_of_facts(database, file);
  if (size && size->journal > limit / 4) {
    if (auto const emptied = empty_journal(database); !emptied) return fail(emptied.error());
    size = size_of_facts(database, file);
    if (size && size->journal > limit / 4) return false;
  }
  auto const end = std::chrono::steady_clock::now() + longest_deletion;
  while (size && size->used > limit && std::chrono::steady_clock::now() < end) {
    auto const forgotten = forget_oldest(database, rows_at_a_time);
    if (!forgotten) return fail(forgotten.error());
    if (*forgotten == 0) break;
    size = size_of_facts(database, file);
  }
  if (!size) return fail(size.error());
  if (size->free > limit / 8 || size->used + size->free > limit + limit / 8) {
    // Does nothing in a database that was made without auto_vacuum: it only does not grow any more.
    auto const given_back =
        database.run("PRAGMA incremental_vacuum(" + std::to_string(pages_given_back) + ")");
    if (!given_back) return fail(given_back.error());
  }
  return size->used <= limits.ceiling;
}

}  // namespace postern::store

#include "store/memory_table.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <unordered_map>

#include "store/evidence_schema.hpp"

namespace postern::store {
namespace {

constexpr std::string_view columns =
    "kind, name, sessions, clear, failures, versions, first_tls, last_tls, clear_since, last_failure,"
    " last_seen, failure, key, key_since";
constexpr std::string_view kept = "tls_memory", imported = "tls_memory_import";

bool exists(std::string const& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0;
}

// A store that an older Postern has made has no such table.
bool has_table(Database const& database, std::string_view table) {
  auto found = Statement::prepare(database, "SELECT 1 FROM sqlite_master WHERE name = ?");
  if (!found) return false;
  found->bind(table);
  auto const row = found->step();
  return row && *row;
}

std::optional<Instant> instant(Statement const& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(from_micros(row.integer(column)));
}

policy::MemoryEntry read_entry(Statement const& row) {
  policy::MemoryEntry e;
  e.kind = policy::parse_memory_kind(row.text(0)).value_or(policy::MemoryKind::host);
  e.name = row.text(1);
  e.sessions = static_cast<std::uint32_t>(row.integer(2));
  e.clear = static_cast<std::uint32_t>(row.integer(3));
  e.failures = static_cast<std::uint32_t>(row.integer(4));
  e.versions = static_cast<std::uint8_t>(row.integer(5));
  e.first_tls = instant(row, 6);
  e.last_tls = instant(row, 7);
  e.clear_since = instant(row, 8);
  e.last_failure = instant(row, 9);
  e.last_seen = from_micros(row.integer(10));
  e.failure = row.text(11);
  e.key = row.text(12);
  e.key_since = instant(row, 13);
  return e;
}

using Entries = std::vector<policy::MemoryEntry>;

Result<Entries, std::string> read_table(Database const& database, std::string_view table) {
  Entries entries;
  if (!has_table(database, table)) return entries;
  auto rows = Statement::prepare(
      database, "SELECT " + std::string(columns) + " FROM " + std::string(table) + " ORDER BY last_seen");
  if (!rows) return fail(rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return fail(row.error());
    if (!*row) return entries;
    entries.push_back(read_entry(*rows));
  }
}

std::optional<std::int64_t> micros(std::optional<Instant> at) {
  return at ? std::optional(to_micros(*at)) : std::nullopt;
}

}  // namespace

void bind(Statement& statement, policy::MemoryEntry const& e) {
  statement.bind(print(e.kind), e.name, e.sessions, e.clear, e.failures, e.versions, micros(e.first_tls),
                 micros(e.last_tls), micros(e.clear_since), micros(e.last_failure), to_micros(e.last_seen),
                 e.failure, e.key, micros(e.key_since));
}

Result<Entries, std::string> load_memory(std::string const& facts) {
  if (!exists(facts)) return Entries();
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  auto entries = read_table(*database, kept);
  auto others = read_table(*database, imported);
  if (!entries || !others) return fail(facts + ": " + (entries ? others : entries).error());
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < entries->size(); ++i)
    places[std::string(print((*entries)[i].kind)) + ' ' + (*entries)[i].name] = i;
  for (auto& other : *others) {
    auto const place = places.find(std::string(print(other.kind)) + ' ' + other.name);
    if (place == places.end())
      entries->push_back(std::move(other));
    else
      (*entries)[place->second] = merge((*entries)[place->second], other);
  }
  std::stable_sort(entries->begin(), entries->end(),
                   [](auto const& a, auto const& b) { return a.last_seen < b.last_seen; });
  return entries;
}

namespace {

// In one transaction, with `first` before it.
Result<void, std::string> write_entries(std::string const& facts, std::string_view into,
                                        std::string const& first, Entries const& entries) {
  auto database = Database::open(facts, OpenMode::create);
  if (!database) return fail(database.error());
  std::string sql;
  for (auto const& table : evidence_tables())
    if (table.name == into) sql = insert_statement(table);
  auto done = database->run("PRAGMA journal_mode=WAL;" + create_statements() + "BEGIN IMMEDIATE;" + first);
  auto insert = done ? Statement::prepare(*database, sql) : fail(done.error());
  if (!insert) return fail(facts + ": " + insert.error());
  for (auto const& e : entries) {
    bind(*insert, e);
    auto const stepped = insert->step();
    insert->reset();
    if (!stepped) return fail(facts + ": " + stepped.error());
  }
  return database->run("COMMIT");
}

}  // namespace

Result<void, std::string> import_memory(std::string const& facts, Entries const& entries) {
  return write_entries(facts, imported, {}, entries);
}

Result<Entries, std::string> read_imported(std::string const& facts) {
  if (!exists(facts)) return Entries();
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  return read_table(*database, imported);
}

Result<void, std::string> settle_import(std::string const& facts, Entries const& entries) {
  return write_entries(facts, kept, "DELETE FROM tls_memory_import;", entries);
}

Result<void, std::string> forget_memory(std::string const& facts, policy::MemoryKind kind,
                                        std::string const& name) {
  auto database = Database::open(facts, OpenMode::create);
  if (!database) return fail(database.error());
  auto statement = Statement::prepare(*database, "DELETE FROM tls_memory WHERE kind = ? AND name = ?");
  if (!statement) return fail(facts + ": " + statement.error());
  statement->bind(print(kind), name);
  auto const done = statement->step();
  if (!done) return fail(facts + ": " + done.error());
  return {};
}

}  // namespace postern::store

#include "store/memory_table.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "store/evidence_schema.hpp"
#include "store/evidence_tables.hpp"
#include "store/table_rows.hpp"

namespace postern::store {
namespace {

// True also where nobody can tell, for opening it says why.
bool exists(std::string const& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

using Entries = std::vector<policy::MemoryEntry>;
using MemoryTable = Table<policy::MemoryEntry>;

MemoryTable const& kept() { return table<TableId::tls_memory>(); }
MemoryTable const& imported() { return table<TableId::tls_memory_import>(); }

Result<Entries, std::string> read_table(Database const& database, MemoryTable const& from) {
  Entries entries;
  if (columns_on_disk(database, from.name).empty()) return entries;  // an older Postern has no such table
  auto rows = Rows<policy::MemoryEntry>::open(database, from, "ORDER BY last_seen");
  if (!rows) return fail(rows.error());
  for (policy::MemoryEntry entry;;) {
    auto const more = rows->next(entry);
    if (!more) return fail(more.error());
    if (!*more) return entries;
    entries.push_back(std::move(entry));
  }
}

}  // namespace

Result<Entries, std::string> load_memory(std::string const& facts) {
  if (!exists(facts)) return Entries();
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  auto entries = read_table(*database, kept());
  auto others = read_table(*database, imported());
  if (!entries || !others) return fail(facts + ": " + (entries ? others : entries).error());
  std::map<std::pair<policy::MemoryKind, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < entries->size(); ++i) places[{(*entries)[i].kind, (*entries)[i].name}] = i;
  for (auto& other : *others) {
    auto const place = places.find({other.kind, other.name});
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

// In one transaction, with the SQL of `first` before it.
Result<void, std::string> write_entries(std::string const& facts, MemoryTable const& into,
                                        std::string const& first, Entries const& entries) {
  auto database = Database::open(facts, OpenMode::create);
  if (!database) return fail(database.error());
  auto done = database->run("PRAGMA journal_mode=WAL;");
  if (done) done = make_tables(*database);
  if (done) done = database->run("BEGIN IMMEDIATE;" + first);
  if (!done) return fail(facts + ": " + done.error());
  auto insert = Statement::prepare(*database, insert_statement(into));
  if (!insert) return fail(facts + ": " + insert.error());
  for (auto const& entry : entries)
    if (auto const written = insert_row(*insert, into, entry); !written)
      return fail(facts + ": " + written.error());
  return database->run("COMMIT");
}

}  // namespace

Result<void, std::string> import_memory(std::string const& facts, Entries const& entries) {
  return write_entries(facts, imported(), {}, entries);
}

Result<Entries, std::string> read_imported(std::string const& facts) {
  if (!exists(facts)) return Entries();
  auto database = Database::open(facts, OpenMode::read_only);
  if (!database) return fail(database.error());
  return read_table(*database, imported());
}

Result<void, std::string> settle_import(std::string const& facts, Entries const& entries) {
  return write_entries(facts, kept(), "DELETE FROM tls_memory_import;", entries);
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

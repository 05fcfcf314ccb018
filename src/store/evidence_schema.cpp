#include "store/evidence_schema.hpp"

#include "store/evidence_tables.hpp"
#include "store/table_rows.hpp"

namespace postern::store {
namespace {

template <class Record>
std::string create_statement(Table<Record> const& table) {
  std::string sql;
  for (auto const& column : table.columns)
    sql += (sql.empty() ? "\"" : ", \"") + std::string(column.name) + "\" " + std::string(column.type);
  sql = "CREATE TABLE IF NOT EXISTS " + std::string(table.name) + " (" + sql;
  if (table.key.empty()) return sql + ");";
  return sql + ", PRIMARY KEY (" + std::string(table.key) + ")) WITHOUT ROWID;";
}

// Adds what a table lacks that an older Postern has made. Where that fails, no insert can be prepared, and
// its error is the one that is reported.
template <class Record>
void add_missing_columns(Database& database, Table<Record> const& table) {
  auto const there = columns_on_disk(database, table.name);
  for (auto const& column : table.columns)
    if (!there.contains(column.name))
      static_cast<void>(database.run("ALTER TABLE " + std::string(table.name) + " ADD COLUMN \"" +
                                     std::string(column.name) + "\" " + std::string(column.type)));
}

}  // namespace

Result<void, std::string> make_tables(Database& database) {
  std::string sql;
  for_each_table([&](auto const& table) { sql += create_statement(table); });
  auto const made = database.run(sql + "PRAGMA user_version=" + std::to_string(evidence_version) + ";");
  if (!made) return made;
  for_each_table([&](auto const& table) { add_missing_columns(database, table); });
  return {};
}

std::string facts_page() {
  std::string page =
      "# The store of facts\n\n"
      "Postern records how every connection and every message came in `facts.db` in its data directory: "
      "SQLite, in WAL mode,\n"
      "to be queried with any SQLite tool while the server runs. This page is printed by `postern facts "
      "--schema`.\n\n"
      "    sqlite3 postern-data/facts.db \"SELECT c.tls_version, count(*) FROM transactions t JOIN "
      "connections c\n"
      "      ON t.connection = c.id WHERE t.outcome = 'accepted' GROUP BY 1\"\n\n"
      "Facts are written in batches, off the mail path: a crash may lose the last second of them, never "
      "mail. When the writer\n"
      "falls behind, facts are dropped and counted (`postern_facts_dropped_total`); mail does not wait. Rows "
      "older than\n"
      "`facts.retention` are deleted, and so are the oldest when the database grows beyond "
      "`facts.max_size`.\n\n"
      "Schema version " +
      std::to_string(evidence_version) + " (`PRAGMA user_version`).\n";
  for_each_table([&](auto const& table) {
    page += "\n## " + std::string(table.name) + "\n\n" + std::string(table.meaning) +
            "\n\n| column | type | meaning |\n|---|---|---|\n";
    for (auto const& column : table.columns)
      page += "| " + std::string(column.name) + " | " + std::string(column.type) + " | " +
              std::string(column.meaning) + " |\n";
  });
  return page;
}

}  // namespace postern::store

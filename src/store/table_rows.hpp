// Rows of a table, written and read by the names of its columns: a database of an older Postern may lack
// some, and may have them in another order. Blocking. Threads: one at a time.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/column.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

using ColumnNames = std::set<std::string, std::less<>>;

// Empty: there is no such table.
ColumnNames columns_on_disk(Database const& database, std::string_view table);

// Its parameters are the columns in the order of the table.
template <class Record>
std::string insert_statement(Table<Record> const& table) {
  std::string names, places;
  for (auto const& column : table.columns) {
    names += (names.empty() ? "\"" : ", \"") + std::string(column.name) + "\"";
    places += places.empty() ? "?" : ", ?";
  }
  auto const* verb =
      table.on_conflict == OnConflict::replace ? "INSERT OR REPLACE INTO " : "INSERT OR IGNORE INTO ";
  return verb + std::string(table.name) + " (" + names + ") VALUES (" + places + ")";
}

// `insert` has been prepared from insert_statement(table).
template <class Record>
Result<void, std::string> insert_row(Statement& insert, Table<Record> const& table, Record const& record) {
  int parameter = 0;
  for (auto const& column : table.columns) insert.bind_cell(++parameter, column.get(record));
  auto const stepped = insert.step();
  insert.reset();
  if (!stepped) return fail(stepped.error());
  return {};
}

// The columns of a table that a database has, in the place that they take in a SELECT.
template <class Record>
class Selection {
 public:
  // `first`: how many columns the SELECT has before them. `table` outlives it.
  Selection(Database const& database, Table<Record> const& table, int first = 0) : first_(first) {
    auto const there = columns_on_disk(database, table.name);
    for (auto const& column : table.columns)
      if (column.set != nullptr && there.contains(column.name)) columns_.push_back(&column);
  }

  int end() const { return first_ + static_cast<int>(columns_.size()); }

  // "c.\"id\", c.\"ended\"". `prefix`: what the SELECT calls the table, with its dot, or nothing.
  std::string list(std::string_view prefix = {}) const {
    std::string out;
    for (auto const* column : columns_)
      out += (out.empty() ? "" : ", ") + std::string(prefix) + "\"" + std::string(column->name) + "\"";
    return out;
  }

  void read(Statement const& row, Record& record) const {
    int place = first_;
    for (auto const* column : columns_) column->set(record, row.cell(place++));
  }

 private:
  int first_;
  std::vector<Column<Record> const*> columns_;
};

// The records of one table, one after another.
template <class Record>
class Rows {
 public:
  // `rest`: of the SELECT, behind the table's name. `table` outlives it.
  static Result<Rows, std::string> open(Database const& database, Table<Record> const& table,
                                        std::string const& rest) {
    Selection<Record> selection(database, table);
    auto statement = Statement::prepare(
        database, "SELECT " + selection.list() + " FROM " + std::string(table.name) + " " + rest);
    if (!statement) return fail(statement.error());
    return Rows(*std::move(statement), std::move(selection));
  }

  template <class... Values>
  void bind(Values const&... values) {  // begins anew; texts must live until the last step
    statement_.bind(values...);
  }

  Result<bool, std::string> next(Record& record) {  // whether there was one more
    auto const row = statement_.step();
    if (!row || !*row) return row;
    record = Record();
    selection_.read(statement_, record);
    return true;
  }

 private:
  Rows(Statement statement, Selection<Record> selection)
      : statement_(std::move(statement)), selection_(std::move(selection)) {}
  Statement statement_;
  Selection<Record> selection_;
};

}  // namespace postern::store

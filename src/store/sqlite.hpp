// SQLite with types: a database, a prepared statement, and errors as values. Blocking. Threads: one at a
// time.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace postern::store {

// A value of a row. A view is of a record, or of the row that was read last; a string is the cell's own.
using Cell = std::variant<std::monostate, std::int64_t, std::string_view, std::string>;

enum class OpenMode : std::uint8_t { read_only, create };

class Database {
 public:
  // OpenMode::create: the file and those that SQLite puts beside it are readable by their owner alone,
  // whatever the umask.
  static Result<Database, std::string> open(std::string const& file, OpenMode mode);
  Result<void, std::string> run(std::string const& sql);  // one or more statements without results
  std::string last_error() const;
  std::int64_t changes() const;  // rows the last statement touched
  sqlite3* raw() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

class Statement {
 public:
  static Result<Statement, std::string> prepare(Database const& database, std::string_view sql);

  // Binds the parameters in order; texts must live until the step.
  template <class... Values>
  Statement& bind(Values const&... values) {
    reset();
    int index = 0;
    (put(++index, values), ...);
    return *this;
  }
  // Binds one parameter, counted from 1. A view must live until the step; a string is copied.
  void bind_cell(int parameter, Cell const& cell);

  Result<bool, std::string> step();  // whether there is a row
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Cell cell(int column) const;  // counted from 0; a view is good until the next step
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  void put(int index, std::string_view value);
  void put(int index, std::string const& value) { put(index, std::string_view(value)); }
  void put_integer(int index, std::int64_t value);
  void put_null(int index);
  template <std::integral N>
  void put(int index, N value) {
    put_integer(index, static_cast<std::int64_t>(value));
  }
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace postern::store

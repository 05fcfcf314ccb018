// A column of a table: what it is called, what it means, and how its value leaves a record and enters one.
// Everything that is done to a table is a loop over its columns.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/member_path.hpp"
#include "store/cell.hpp"

namespace postern::store {

template <class Record>
struct Column {
  std::string_view name;
  std::string_view type;  // SQLite's
  std::string_view meaning;
  Cell (*get)(Record const& record);
  void (*set)(Record& record, Cell const& cell);  // null: it follows from other columns, and is not read
};

template <auto first, auto... rest>
struct MemberCell {
  using Record = RecordOf<first>;
  static Cell get(Record const& record) { return to_cell(follow<first, rest...>(record)); }
  static void set(Record& record, Cell const& cell) { from_cell(cell, follow<first, rest...>(record)); }
};

// A column that is a member of the record, or of one of its members.
template <auto first, auto... rest>
constexpr Column<RecordOf<first>> column(std::string_view name, std::string_view type,
                                         std::string_view meaning) {
  using Member = MemberCell<first, rest...>;
  return {.name = name, .type = type, .meaning = meaning, .get = &Member::get, .set = &Member::set};
}

// A column that follows from others, for those who query.
template <class Record>
constexpr Column<Record> derived(std::string_view name, std::string_view type, std::string_view meaning,
                                 Cell (*get)(Record const& record)) {
  return {.name = name, .type = type, .meaning = meaning, .get = get, .set = nullptr};
}

// What an insert does when there is a row of the same key.
enum class OnConflict : std::uint8_t { ignore, replace };

// After which time rows are deleted.
enum class Lifetime : std::uint8_t { retention, memory_expire, unlimited };

enum class TableId : std::uint8_t {
  connections,
  transactions,
  recipients,
  deliveries,
  outbound,
  rule_matches,
  tls_memory,
  tls_memory_import
};

template <class Record>
struct Table {
  TableId id;
  std::string_view name;
  std::string_view meaning;
  std::span<Column<Record> const> columns;
  std::string_view key = {};  // of a table without row ids: its columns, separated by commas
  OnConflict on_conflict = OnConflict::ignore;
  Lifetime lifetime = Lifetime::retention;
  std::string_view dated_by = {};  // the column whose age counts
};

}  // namespace postern::store

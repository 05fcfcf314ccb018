// The tables of the store of facts, each column with what it means: the SQL that makes them and docs/facts.md
// come from here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace postern::store {

struct Column {
  std::string_view name;
  std::string_view type;  // SQLite's
  std::string_view meaning;
};

struct Table {
  std::string_view name;
  std::string_view meaning;
  std::span<Column const> columns;
  std::string_view suffix;  // of CREATE TABLE, inside and behind the brackets
};

constexpr int evidence_version = 2;  // PRAGMA user_version

std::span<Table const> evidence_tables();
std::string create_statements();
std::string insert_statement(Table const& table);
std::string facts_page();  // docs/facts.md

}  // namespace postern::store

// The store of facts as a whole: its tables are made, or brought up to date, and explained. Their columns are
// in store/evidence_tables.
#pragma once

#include <string>

#include "base/result.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

constexpr int evidence_version = 2;  // PRAGMA user_version

// Makes the tables that are not there, and adds the columns that an older Postern did not have.
Result<void, std::string> make_tables(Database& database);

std::string facts_page();  // docs/facts.md

}  // namespace postern::store

// Keeps the store of facts below a size in bytes: the oldest facts are deleted first, all that belongs to one
// time together, and what is recorded next takes their place in the file. Blocking; for the writer's thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

struct FactsLimits {          // in bytes
  std::uint64_t size = 0;     // beyond it the oldest are deleted
  std::uint64_t ceiling = 0;  // beyond it nothing more is written
};
// The ceiling is a little above `size`, or where a store is now that has grown under a larger limit.
Result<FactsLimits, std::string> limits_for(Database const& database, std::string const& file,
                                            std::uint64_t size);

// Before a batch is written. False: there is no room for it, since more comes than can be deleted, or since
// somebody reads for so long that SQLite's journal keeps growing.
Result<bool, std::string> make_room(Database& database, std::string const& file, FactsLimits const& limits);

// Deletes up to `rows` rows of each table that holds facts, the oldest. Returns how many in all.
Result<std::int64_t, std::string> forget_oldest(Database& database, std::int64_t rows);

struct FactsSize {  // in bytes
  std::uint64_t used = 0;
  std::uint64_t free = 0;     // in the file, for what comes next
  std::uint64_t journal = 0;  // SQLite's write-ahead log
};
Result<FactsSize, std::string> size_of_facts(Database const& database, std::string const& file);

}  // namespace postern::store

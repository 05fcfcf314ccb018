// The TLS memory on disk: a table of the store of facts. What changes is written by Evidence; here it is read
// at start, and changed while no server runs. Blocking.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "policy/tls_memory.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

// To the columns of tls_memory, in their order; `entry` outlives the step.
void bind(Statement& statement, policy::MemoryEntry const& entry);

// In the order last seen, the longest unseen first, with what has been imported and not yet taken in. A file
// that is not there yet holds nothing.
Result<std::vector<policy::MemoryEntry>, std::string> load_memory(std::string const& facts);

// Leaves entries for the server, running or to be started; makes the file when there is none.
Result<void, std::string> import_memory(std::string const& facts,
                                        std::vector<policy::MemoryEntry> const& entries);

// What has been left; and, in one step, what became of it: kept, and left no more.
Result<std::vector<policy::MemoryEntry>, std::string> read_imported(std::string const& facts);
Result<void, std::string> settle_import(std::string const& facts,
                                        std::vector<policy::MemoryEntry> const& entries);

Result<void, std::string> forget_memory(std::string const& facts, policy::MemoryKind kind,
                                        std::string const& name);

}  // namespace postern::store

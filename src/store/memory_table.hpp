// The TLS memory on disk: a table of the store of facts. Evidence writes what changes; these functions read
// it at start, and change it while no server runs. Blocking.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "policy/tls_memory.hpp"

namespace postern::store {

// All entries in the order in which they were last seen, the longest unseen first, with those that have been
// imported and not yet taken in. A file that is not there yet holds nothing.
Result<std::vector<policy::MemoryEntry>, std::string> load_memory(std::string const& facts);

// Leaves entries for the server, running or to be started; makes the file when there is none.
Result<void, std::string> import_memory(std::string const& facts,
                                        std::vector<policy::MemoryEntry> const& entries);

// The entries that have been left; and, in one step, the end of that: `entries` are kept, and nothing is
// left.
Result<std::vector<policy::MemoryEntry>, std::string> read_imported(std::string const& facts);
Result<void, std::string> settle_import(std::string const& facts,
                                        std::vector<policy::MemoryEntry> const& entries);

Result<void, std::string> forget_memory(std::string const& facts, policy::MemoryKind kind,
                                        std::string const& name);

}  // namespace postern::store

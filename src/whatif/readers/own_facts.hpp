// Postern's own facts as receptions: nothing about TLS is unknown here.
#pragma once

#include <optional>

#include "policy/facts.hpp"
#include "whatif/readers/reader_entry.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

// `relayed`: mail of a client we relay for, which did not come from outside; nor did that of a user who
// logged in, whoever it is for. Absent: the transaction was given up before anything was decided, or was
// refused at a listener for users, where nobody had logged in.
std::optional<Reception> reception_of(policy::Facts const& facts, bool relayed);

Reception session_of(policy::ConnectionFacts const& connection);

constexpr bool is_facts_database(std::string_view start) { return start.starts_with("SQLite format 3"); }

// Read by the store of facts, not as a stream of bytes.
inline constexpr ReaderEntry facts_reader{.format = Format::facts,
                                          .name = "facts",
                                          .reads = "Postern's own facts.db",
                                          .head_looks_like = is_facts_database};

}  // namespace postern::whatif

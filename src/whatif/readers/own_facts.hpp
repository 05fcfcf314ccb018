// Postern's own facts as arrivals: nothing about TLS is unknown here.
#pragma once

#include <optional>

#include "policy/facts.hpp"
#include "whatif/arrival.hpp"

namespace postern::whatif {

// `relayed`: mail of a client we relay for, which did not come from outside. Absent: the transaction was
// given up before anything was decided.
std::optional<Arrival> arrival_of(policy::Facts const& facts, bool relayed);

Arrival session_of(policy::ConnectionFacts const& connection);

}  // namespace postern::whatif

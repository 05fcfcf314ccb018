// The log's lines about connections and messages: one each.
#pragma once

#include "base/log.hpp"
#include "policy/facts.hpp"

namespace postern::session {

LogEvent connection_event(policy::ConnectionFacts const& connection);
LogEvent transaction_event(policy::ConnectionFacts const& connection,
                           policy::TransactionFacts const& transaction);

}  // namespace postern::session

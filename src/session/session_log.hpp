// The log's lines about connections, messages, and the verdicts that another MTA is given: one each.
#pragma once

#include <string_view>

#include "base/log.hpp"
#include "policy/facts.hpp"
#include "policy/verdict.hpp"

namespace postern::session {

LogEvent connection_event(policy::ConnectionFacts const& connection);
LogEvent transaction_event(policy::ConnectionFacts const& connection,
                           policy::TransactionFacts const& transaction);
// `queue_id`: the MTA's; empty: not known.
LogEvent verdict_event(Severity severity, policy::Facts const& facts, policy::Verdict const& verdict,
                       std::string_view queue_id);

}  // namespace postern::session

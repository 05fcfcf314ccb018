// Hands a message to an LMTP server (RFC 2033), such as Dovecot's.
// Of one loop. Memory: one piece of the message at a time.
#pragma once

#include <string>
#include <vector>

#include "delivery/destination.hpp"
#include "net/connector.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

// `hostname`: said in LHLO. What the server does not answer for, in time, is deferred.
net::Task<std::vector<RecipientOutcome>> deliver_by_lmtp(net::EventLoop& loop, store::Spool const& spool,
                                                         net::Target target, std::string hostname,
                                                         Attempt attempt);

}  // namespace postern::delivery

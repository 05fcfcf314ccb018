// Puts a message of our own making into the queue, and waits until it is safe there. Of one loop.
#pragma once

#include "delivery/report_message.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

// False: the spool cannot take it now. Both outlive the wait.
net::Task<bool> keep_message(net::EventLoop* loop, store::Spool* spool, MessageId id, ReportMessage message);

}  // namespace postern::delivery

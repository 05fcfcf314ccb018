// Puts a message of our own making into the queue, by the door by which all content comes in, and waits until
// it is safe there. What the envelope says of the content is found out here. Thread: its event loop.
#pragma once

#include "delivery/report_message.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

// False: the spool cannot take it now. `loop` and `spool` outlive the wait.
net::Task<bool> enqueue(net::EventLoop* loop, store::Spool* spool, MessageId id, ReportMessage message);

}  // namespace postern::delivery

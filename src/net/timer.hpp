// A timer of an event loop that coroutines can wait for.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "net/task.hpp"

namespace postern::net {

using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace postern::net

#include "net/current_executor.hpp"

#include <boost/asio/this_coro.hpp>

namespace postern::net {

Task<Executor> current_executor() { co_return co_await boost::asio::this_coro::executor; }

}  // namespace postern::net

#include "net/spawn.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace postern::net {
namespace {

std::string reason_of(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (std::exception const& known) {
    return known.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

}  // namespace

void spawn(EventLoop& loop, Task<void> task, Log& log, Counters& counters, std::string name,
           std::function<void()> done) {
  auto on_end = [&log, &counters, task_name = std::move(name),
                 when_done = std::move(done)](std::exception_ptr error) {
    if (error) {
      counters.add(Count::sessions_unexpected_errors);
      log.write(
          LogEvent(Severity::error, "spawned-failed").add("task", task_name).add("reason", reason_of(error)));
    }
    if (when_done) when_done();
  };
  boost::asio::co_spawn(loop.context(), std::move(task), std::move(on_end));
}

}  // namespace postern::net

// One event loop, run by one thread; a connection stays on its loop. What says "Thread: its event loop" is
// touched by that thread only; others post().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <thread>

#include "net/deadlines.hpp"
#include "net/task.hpp"
#include "net/work.hpp"

namespace postern::net {

class EventLoop {
 public:
  explicit EventLoop(std::string name);  // of its thread, 15 characters at most
  ~EventLoop();                          // stops and joins

  void start();  // its thread
  void stop();   // from any thread; waits for what runs, abandons what waits
  boost::asio::io_context& context() { return context_; }
  DeadlineKeeper& deadlines() { return deadlines_; }

  // Runs `work` on the loop, never within this call. Threads: any.
  void post(Work work);

 private:
  std::string name_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  DeadlineKeeper deadlines_{context_};
  std::thread thread_;
};

}  // namespace postern::net

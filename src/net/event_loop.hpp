// One event loop, run by one thread; a connection stays on its loop. Everything "of one loop" is touched by
// that thread only; others post().
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <thread>
#include <utility>

#include "net/deadlines.hpp"

namespace postern::net {

class EventLoop {
 public:
  explicit EventLoop(std::string name);  // of its thread, 15 characters at most
  ~EventLoop();                          // stops and joins

  void start();  // its thread
  void stop();   // from any thread; waits for what runs, abandons what waits
  boost::asio::io_context& context() { return context_; }
  DeadlineKeeper& deadlines() { return deadlines_; }

  template <class Work>
  void post(Work&& work) {  // from any thread
    boost::asio::post(context_, std::forward<Work>(work));
  }

 private:
  std::string name_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};
  DeadlineKeeper deadlines_{context_};
  std::thread thread_;
};

}  // namespace postern::net

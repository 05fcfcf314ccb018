#include "net/event_loop.hpp"

#include <pthread.h>

#include "net/posting.hpp"

namespace postern::net {

EventLoop::EventLoop(std::string name) : name_(std::move(name)) {}

EventLoop::~EventLoop() { stop(); }

void EventLoop::start() {
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), name_.substr(0, 15).c_str());
    context_.run();
  });
}

void EventLoop::stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

void EventLoop::post(Work work) { post_to(context_.get_executor(), std::move(work)); }

}  // namespace postern::net

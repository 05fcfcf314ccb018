#include "app/server/loops.hpp"

#include <algorithm>
#include <string>
#include <thread>

namespace postern::app {

Loops::Loops(int threads) {
  auto const cores = std::max(1U, std::thread::hardware_concurrency());
  auto const count = threads > 0 ? static_cast<unsigned>(threads) : cores;
  for (unsigned i = 0; i < count; ++i)
    connections_.push_back(std::make_unique<net::EventLoop>("loop" + std::to_string(i)));
}

void Loops::start() {
  for (auto& loop : connections_) loop->start();
  delivery_.start();
  web_.start();
}

void Loops::stop() {
  web_.stop();
  delivery_.stop();
  for (auto& loop : connections_) loop->stop();
}

std::vector<net::EventLoop*> Loops::connections() const {
  std::vector<net::EventLoop*> all;
  for (auto const& loop : connections_) all.push_back(loop.get());
  return all;
}

}  // namespace postern::app

#include "app/inputs/read_ahead.hpp"

#include <pthread.h>

#include <utility>

namespace postern::app {

ReadAhead::ReadAhead(std::unique_ptr<InputStream> source)
    : source_(std::move(source)), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
  pieces_.access()->stopping = true;
  emptied_.notify_one();
  thread_.join();
}

void ReadAhead::run() {
  ::pthread_setname_np(::pthread_self(), "decompressor");
  for (;;) {
    auto const bytes = source_->read();
    consumed_.store(source_->consumed(), std::memory_order_relaxed);
    auto pieces = pieces_.access();
    if (bytes.empty()) {
      pieces->ended = true;
      filled_.notify_one();
      return;
    }
    emptied_.wait(pieces.lock(), [&] { return pieces->stopping || pieces->waiting.size() < most_ahead; });
    if (pieces->stopping) return;
    std::string piece;
    if (!pieces->free.empty()) {
      piece = std::move(pieces->free.front());
      pieces->free.pop_front();
    }
    piece.assign(bytes);
    pieces->waiting.push_back(std::move(piece));
    filled_.notify_one();
  }
}

std::string_view ReadAhead::read() {
  auto pieces = pieces_.access();
  pieces->free.push_back(std::exchange(current_, {}));
  filled_.wait(pieces.lock(), [&] { return !pieces->waiting.empty() || pieces->ended; });
  if (pieces->waiting.empty()) {
    problem_ = source_->problem();
    return {};
  }
  current_ = std::move(pieces->waiting.front());
  pieces->waiting.pop_front();
  emptied_.notify_one();
  return current_;
}

}  // namespace postern::app

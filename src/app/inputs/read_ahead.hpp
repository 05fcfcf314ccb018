// Another input, read and decompressed on a thread of its own, ahead of whoever takes the lines apart.
// Threads: read() and the destructor from one, which waits for the other. Bounds: as many pieces as fit in
// `most_ahead` wait.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <string>
#include <thread>

#include "app/inputs/input_stream.hpp"
#include "base/guarded.hpp"

namespace postern::app {

class ReadAhead : public InputStream {
 public:
  static constexpr std::size_t most_ahead = 4;  // pieces of about 1 MiB

  explicit ReadAhead(std::unique_ptr<InputStream> source);
  ~ReadAhead() override;

  std::string_view read() override;
  std::uint64_t consumed() const override { return consumed_.load(std::memory_order_relaxed); }

 private:
  struct Pieces {
    std::deque<std::string> waiting, free;
    bool ended = false;
    bool stopping = false;
  };
  void run();

  std::unique_ptr<InputStream> source_;
  Guarded<Pieces> pieces_;
  std::condition_variable filled_, emptied_;
  std::atomic<std::uint64_t> consumed_{0};
  std::string current_;
  std::thread thread_;
};

}  // namespace postern::app

// Says on standard error how far a long reading has come: bytes, rate, time left. Only on a terminal.
#pragma once

#include <chrono>
#include <cstdint>

namespace postern::app {

class Progress {
 public:
  explicit Progress(std::uint64_t total);  // bytes; 0: not known
  ~Progress();                             // wipes its line
  void tell(std::uint64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t total_;
  bool on_;
  bool said_ = false;
  Clock::time_point begun_ = Clock::now(), last_ = begun_;
};

}  // namespace postern::app

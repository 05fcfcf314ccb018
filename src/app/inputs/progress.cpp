#include "app/inputs/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace postern::app {

Progress::Progress(std::uint64_t total) : total_(total), on_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (said_) std::fprintf(stderr, "\r\033[K");
}

void Progress::tell(std::uint64_t bytes) {
  auto const now = Clock::now();
  if (!on_ || now - last_ < std::chrono::milliseconds(500)) return;
  last_ = now;
  said_ = true;
  double const seconds = std::chrono::duration<double>(now - begun_).count();
  double const rate = static_cast<double>(bytes) / seconds;
  double const mib = 1024.0 * 1024.0;
  if (total_ > bytes && rate > 0)
    std::fprintf(stderr, "\r\033[K%.0f of %.0f MiB, %.0f MiB/s, %.0f s left",
                 static_cast<double>(bytes) / mib, static_cast<double>(total_) / mib, rate / mib,
                 static_cast<double>(total_ - bytes) / rate);
  else
    std::fprintf(stderr, "\r\033[K%.0f MiB, %.0f MiB/s", static_cast<double>(bytes) / mib, rate / mib);
}

}  // namespace postern::app

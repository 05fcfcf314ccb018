// A directory that goes away with the test, a log that keeps what it is told, and counters.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "base/counters.hpp"
#include "base/log.hpp"

namespace postern::tests {

class KeptLog : public Log {
 public:
  bool takes(Severity) const override { return true; }
  void write(LogEvent const& event) override {
    std::lock_guard const lock(mutex_);
    lines_.push_back(event.print(LogFormat::logfmt, from_micros(0)));
  }
  bool mentions(std::string_view text) {
    std::lock_guard const lock(mutex_);
    for (auto const& line : lines_)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class Workplace {
 public:
  Workplace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Workplace() { std::filesystem::remove_all(path_); }
  std::string path(std::string const& name = {}) const { return name.empty() ? path_ : path_ + "/" + name; }

  KeptLog log;
  Counters counters;

 private:
  std::string path_;
};

}  // namespace postern::tests

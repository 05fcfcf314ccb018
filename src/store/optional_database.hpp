// A database that mail does not depend on. It may be locked, damaged or on a full disk, at a start and at any
// time after: then it is closed, the log is told once, and it is tried again after a pause that doubles up to
// a minute. So a file that is mended or replaced is taken up without a restart. Blocking, for a quarter of a
// second at most when it is locked. Threads: one at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

class OptionalDatabase {
 public:
  using Pause = std::chrono::milliseconds;
  static constexpr Pause usual_pause{1000};

  // `prepare`: SQL that makes the tables. `log` outlives it.
  OptionalDatabase(std::string file, std::string prepare, Log& log, Pause first_pause);

  Database* get();                      // null: it is unavailable now
  void failed(std::string const& why);  // what was tried on it; it is closed

 private:
  Result<void, std::string> open();

  std::string file_;
  std::string prepare_;
  Log& log_;
  Pause first_pause_;
  Pause pause_{0};
  std::chrono::steady_clock::time_point not_before_{};
  std::optional<Database> database_;
  bool failing_ = false;
};

// The event that a store of the server is unavailable, or available again.
LogEvent store_unavailable(std::string const& file, std::string const& why);
LogEvent store_available(std::string const& file);

// There is no waiting for a directory that is not there: that is a wrong configuration. The error is for
// people.
Result<void, std::string> directory_exists(std::string const& file);

}  // namespace postern::store

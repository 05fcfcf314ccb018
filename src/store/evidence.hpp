// The store of facts: how every connection and message came, written in batches off the mail path
// (docs/facts.md). Mail does not depend on it: while its file is locked, damaged or on a full disk, at a
// start or later, the facts wait, the log is told once (`store-unavailable`), and the file is tried again
// after a pause that doubles up to a minute. Threads: record() from any, never blocks; one thread writes.
// Bounds: `queue_limit` facts wait, what comes beyond is dropped and counted; the file is kept below
// `max_size` (store/evidence_size).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "store/evidence_records.hpp"

namespace postern::store {

struct EvidenceSettings {
  std::string file;
  Duration retention = std::chrono::hours(24 * 90);
  Duration memory_expire = std::chrono::hours(24 * 90);  // of what was not seen for so long
  std::uint64_t max_size = 2ULL << 30;                   // bytes
};

class Evidence {
 public:
  static constexpr std::size_t queue_limit = 50'000;

  // Fails only when there is no such directory. `on_opened` is called on the writing thread when the file,
  // which was unavailable at first, has been opened. `log` and `counters` outlive it.
  static Result<std::unique_ptr<Evidence>, std::string> open(EvidenceSettings settings, Log& log,
                                                             Counters& counters,
                                                             std::function<void()> on_opened = {});
  ~Evidence();  // writes what waits

  void record(EvidenceRecord record);

 private:
  class Writer;
  struct Waiting {
    std::deque<EvidenceRecord> records;  // not a vector: growing would move them all
    bool stopping = false;
  };
  using SteadyClock = std::chrono::steady_clock;
  Evidence(EvidenceSettings settings, Log& log, Counters& counters, std::function<void()> on_opened);
  void run();
  void open_writer();
  Result<void, std::string> begin(std::deque<EvidenceRecord>& records);
  Result<void, std::string> write(std::deque<EvidenceRecord>& records);
  void drop(std::deque<EvidenceRecord>& records, std::string const& why);
  void give_back(std::deque<EvidenceRecord> records);
  void available();
  void unavailable(std::string const& why);

  EvidenceSettings settings_;
  Log& log_;
  Counters& counters_;
  std::function<void()> on_opened_;
  // What follows belongs to the thread, once it runs.
  std::unique_ptr<Writer> writer_;  // null: the file is unavailable
  SteadyClock::time_point next_opening_{};
  SteadyClock::time_point next_cleaning_{};
  std::chrono::milliseconds pause_{0};
  bool failing_ = false;
  bool full_ = false;  // the last facts were dropped since there was no room for them

  Guarded<Waiting> waiting_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace postern::store

// The store of facts: how every connection and message came, written in batches off the mail path
// (docs/facts.md). Threads: record() from any, never blocks; one thread writes. Bounds: `queue_limit` facts
// wait, what comes beyond is dropped and counted.
#pragma once

#include <condition_variable>
#include <deque>
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
};

class Evidence {
 public:
  static constexpr std::size_t queue_limit = 50'000;

  static Result<std::unique_ptr<Evidence>, std::string> open(EvidenceSettings settings, Log& log,
                                                             Counters& counters);
  ~Evidence();  // writes what waits

  void record(EvidenceRecord record);

 private:
  class Writer;
  struct Waiting {
    std::deque<EvidenceRecord> records;  // not a vector: growing would move them all
    bool stopping = false;
  };
  Evidence(std::unique_ptr<Writer> writer, Log& log, Counters& counters);
  void run();

  std::unique_ptr<Writer> writer_;
  Log& log_;
  Counters& counters_;
  Guarded<Waiting> waiting_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace postern::store

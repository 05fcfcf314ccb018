// What survives a restart: the spool, the facts with the TLS memory, the MTA-STS policies of others, and
// which reports have been sent.
#pragma once

#include <memory>
#include <string>

#include "app/server/memory_keeper.hpp"
#include "app/server/part.hpp"
#include "app/server/server_context.hpp"
#include "base/guarded.hpp"
#include "session/services.hpp"
#include "store/evidence.hpp"
#include "store/report_log.hpp"
#include "store/segment_spool.hpp"
#include "store/sts_cache.hpp"

namespace postern::app {

class Stores : public Part {
 public:
  static Result<std::unique_ptr<Stores>, std::string> open(ServerContext const& context);

  void join() override { spool.reset(); }  // its thread tells the sessions and the scheduler

  Guarded<session::Memory> memory;
  MemoryKeeper keeper;
  std::unique_ptr<store::ReportLog> report_log;
  std::unique_ptr<store::StsCache> sts_cache;
  std::unique_ptr<store::Evidence> evidence;
  std::unique_ptr<store::SegmentSpool> spool;  // absent after join()

 private:
  explicit Stores(std::string const& facts) : keeper(memory, facts) {}
};

}  // namespace postern::app

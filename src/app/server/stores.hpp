// What survives a restart: the spool, the facts with the TLS memory, the MTA-STS policies of others, and
// which reports have been sent. Without the spool there is no mail; the others may be unavailable, at a start
// and later: that is said in the log (`store-unavailable`), and they are tried again.
#pragma once

#include <memory>
#include <string>

#include "app/server/last_sync.hpp"
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

  void join() override;  // the spool: its thread tells the sessions and the scheduler

  Guarded<session::Memory> memory;
  MemoryKeeper keeper;
  std::unique_ptr<store::ReportLog> report_log;
  std::unique_ptr<store::StsCache> sts_cache;
  std::unique_ptr<store::Evidence> evidence;
  std::shared_ptr<LastSync> const last_sync = std::make_shared<LastSync>();
  std::unique_ptr<store::SegmentSpool> spool;  // absent after join()

 private:
  explicit Stores(std::string const& facts) : keeper(memory, facts) {}
  Result<void, std::string> open_beside(ServerContext const& context);
};

}  // namespace postern::app

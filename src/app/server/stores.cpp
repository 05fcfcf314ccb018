#include "app/server/stores.hpp"

#include "store/optional_database.hpp"

namespace postern::app {

Result<std::unique_ptr<Stores>, std::string> Stores::open(ServerContext const& context) {
  auto const& paths = context.paths;
  std::unique_ptr<Stores> stores(new Stores(paths.facts));
  auto spool = store::SegmentSpool::open({paths.spool, context.start.segment_size}, store::real_files(),
                                         context.log, context.counters);
  if (!spool) return fail(spool.error());
  stores->spool = *std::move(spool);
  stores->last_sync->opened(*stores->spool);
  if (auto const opened = stores->open_beside(context); !opened) return fail(opened.error());
  return stores;
}

// What mail does not depend on.
Result<void, std::string> Stores::open_beside(ServerContext const& context) {
  auto const& paths = context.paths;
  auto const tell = [&log = context.log, file = paths.facts](auto const& done) {
    if (!done) log.write(store::store_unavailable(file, done.error()));
  };
  auto const loaded = keeper.load(context.start.memory_size);
  tell(loaded);
  if (loaded) tell(keeper.take_imported());
  auto opened =
      store::Evidence::open({.file = paths.facts,
                             .retention = context.start.facts_retention,
                             .memory_expire = context.start.memory_expire,
                             .max_size = context.start.facts_max_size},
                            context.log, context.counters, [this, tell] { tell(keeper.add_from_disk()); });
  if (!opened) return fail(opened.error());
  evidence = *std::move(opened);
  auto cache = store::StsCache::open(paths.sts, context.log);
  if (!cache) return fail(cache.error());
  sts_cache = *std::move(cache);
  auto reports = store::ReportLog::open(paths.tls_reports, context.log);
  if (!reports) return fail(reports.error());
  report_log = *std::move(reports);
  return {};
}

void Stores::join() {
  last_sync->closing();
  spool.reset();
  last_sync->closed();
}

}  // namespace postern::app

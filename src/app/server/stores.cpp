#include "app/server/stores.hpp"

namespace postern::app {

Result<std::unique_ptr<Stores>, std::string> Stores::open(ServerContext const& context) {
  auto const& paths = context.paths;
  std::unique_ptr<Stores> stores(new Stores(paths.facts));
  auto spool = store::SegmentSpool::open({paths.spool, context.start.segment_size}, store::real_files(),
                                         context.log, context.counters);
  if (!spool) return fail(spool.error());
  stores->spool = *std::move(spool);
  auto evidence =
      store::Evidence::open({paths.facts, context.start.facts_retention, context.start.memory_expire},
                            context.log, context.counters);
  if (!evidence) return fail(evidence.error());
  stores->evidence = *std::move(evidence);
  if (auto const loaded = stores->keeper.load(context.start.memory_size); !loaded)
    return fail(loaded.error());
  if (auto const taken = stores->keeper.take_imported(); !taken) return fail(taken.error());
  auto sts_cache = store::StsCache::open(paths.sts);
  if (!sts_cache) return fail(sts_cache.error());
  stores->sts_cache = *std::move(sts_cache);
  auto report_log = store::ReportLog::open(paths.tls_reports);
  if (!report_log) return fail(report_log.error());
  stores->report_log = *std::move(report_log);
  return stores;
}

}  // namespace postern::app

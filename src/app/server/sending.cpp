#include "app/server/sending.hpp"

namespace postern::app {

Result<std::unique_ptr<Sending>, std::string> Sending::open(ServerContext const& context, Stores& stores,
                                                            Resolving& resolving, BuiltConfig const& built) {
  auto pickup = delivery::Pickup::make({.loop = context.loops.delivery(),
                                        .spool = *stores.spool,
                                        .log = context.log,
                                        .counters = context.counters,
                                        .clock = context.clock,
                                        .max_message_size = built.gate->smtp.max_message_size},
                                       context.maildrop, built.delivery);
  if (!pickup) return fail(pickup.error());
  std::unique_ptr<Sending> sending(new Sending(context, stores, resolving, built, *std::move(pickup)));
  stores.spool->on_accepted([&scheduler = sending->scheduler_](auto const& ids) { scheduler.accepted(ids); });
  return sending;
}

Sending::Sending(ServerContext const& context, Stores& stores, Resolving& resolving, BuiltConfig const& built,
                 std::unique_ptr<delivery::Pickup> pickup)
    : config_(built.delivery),
      scheduler_(context.loops.delivery(),
                 delivery::DeliveryServices{.spool = *stores.spool,
                                            .evidence = *stores.evidence,
                                            .files = store::real_files(),
                                            .dns = *resolving.dns,
                                            .sts_cache = stores.sts_cache.get(),
                                            .log = context.log,
                                            .counters = context.counters,
                                            .random = random_,
                                            .clock = context.clock},
                 built.delivery),
      pickup_(std::move(pickup)),
      digest_(delivery::DigestServices{.loop = context.loops.delivery(),
                                       .spool = *stores.spool,
                                       .sent = *stores.report_log,
                                       .log = context.log,
                                       .counters = context.counters,
                                       .clock = context.clock,
                                       .facts = context.paths.facts},
              built.notices),
      tls_reports_(delivery::TlsReportServices{.loop = context.loops.delivery(),
                                               .dns = *resolving.dns,
                                               .spool = *stores.spool,
                                               .sent = *stores.report_log,
                                               .log = context.log,
                                               .counters = context.counters,
                                               .random = random_,
                                               .clock = context.clock,
                                               .facts = context.paths.facts},
                   built.tls_reports) {}

void Sending::start() {
  scheduler_.start();
  tls_reports_.start();
  digest_.start();
  pickup_->start();
}

void Sending::reload(BuiltConfig const& built) {
  *config_.access() = built.delivery;
  scheduler_.reload(built.delivery);
  tls_reports_.reload(built.tls_reports);
  digest_.reload(built.notices);
  pickup_->reload(built.delivery, built.gate->smtp.max_message_size);
}

void Sending::drain() {
  scheduler_.stop();
  tls_reports_.stop();
  digest_.stop();
  pickup_->stop();
}

void Sending::join() {
  scheduler_.join_workers();
  tls_reports_.join_workers();
  digest_.join_workers();
  pickup_->join_workers();
}

}  // namespace postern::app

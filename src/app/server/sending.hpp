// What gets mail out of the spool and into it from inside: the scheduler of deliveries, the pickup of what
// local programs have left, the reports about TLS, and the daily digest. All run on the delivery loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/server/part.hpp"
#include "app/server/resolving.hpp"
#include "app/server/server_context.hpp"
#include "app/server/stores.hpp"
#include "app/server/system_random.hpp"
#include "base/guarded.hpp"
#include "delivery/digest.hpp"
#include "delivery/pickup.hpp"
#include "delivery/scheduler.hpp"
#include "delivery/tls_reports.hpp"

namespace postern::app {

class Sending : public Part {
 public:
  static Result<std::unique_ptr<Sending>, std::string> open(ServerContext const& context, Stores& stores,
                                                            Resolving& resolving, BuiltConfig const& built);

  void start() override;
  void reload(BuiltConfig const& built) override;
  void drain() override;
  void cut() override { scheduler_.cut(); }
  bool idle() const override { return scheduler_.idle(); }
  void join() override;

  // From any thread, until join().
  delivery::Scheduler& scheduler() { return scheduler_; }
  delivery::TlsReports& tls_reports() { return tls_reports_; }
  delivery::Digest& digest() { return digest_; }
  std::shared_ptr<delivery::DeliveryConfig const> config() { return *config_.access(); }  // in force

 private:
  Sending(ServerContext const& context, Stores& stores, Resolving& resolving, BuiltConfig const& built,
          std::unique_ptr<delivery::Pickup> pickup);

  SystemRandom random_;
  Guarded<std::shared_ptr<delivery::DeliveryConfig const>> config_;
  delivery::Scheduler scheduler_;
  std::unique_ptr<delivery::Pickup> pickup_;
  delivery::Digest digest_;
  delivery::TlsReports tls_reports_;
};

}  // namespace postern::app

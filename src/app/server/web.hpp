// What is served over HTTP, all on the web loop: the management API on the control socket, metrics and
// health, and the MTA-STS policies of our domains over HTTPS.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/server/part.hpp"
#include "app/server/sending.hpp"
#include "app/server/server_context.hpp"
#include "app/server/server_control.hpp"
#include "app/server/stores.hpp"
#include "base/guarded.hpp"
#include "web/http_server.hpp"
#include "web/sts_site.hpp"

namespace postern::app {

class Web : public Part {
 public:
  static Result<std::unique_ptr<Web>, std::string> open(ServerContext const& context, Stores& stores,
                                                        Sending& sending, BuiltConfig const& built);

  void start() override;
  void reload(BuiltConfig const& built) override;
  void drain() override { stopping_ = true; }
  std::vector<std::string> lines() const override { return lines_; }

 private:
  struct InForce {
    std::string hostname;
    std::shared_ptr<web::StsPolicies const> sts_policies;
    std::shared_ptr<net::TlsContext const> tls;
  };

  Web(ServerContext const& context, Stores& stores, Sending& sending)
      : counters_(context.counters), stores_(stores), control_(stores, sending) {}
  Result<void, std::string> listen(ServerContext const& context);
  Result<void, std::string> listen_sts_site(ServerContext const& context, ListenSettings const& listener);
  web::HttpAnswer answer(std::string_view method, std::string_view target);

  Counters& counters_;
  Stores& stores_;
  ServerControl control_;
  std::atomic<bool> stopping_{false};
  Guarded<InForce> in_force_;
  std::unique_ptr<web::HttpServer> control_socket_;
  std::vector<std::unique_ptr<web::HttpServer>> sts_sites_;
  std::unique_ptr<web::HttpServer> page_;  // absent: not wanted
  std::vector<std::string> lines_;
};

}  // namespace postern::app

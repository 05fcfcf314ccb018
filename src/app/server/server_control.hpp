// What the management API does to this server.
#pragma once

#include "app/server/sending.hpp"
#include "app/server/stores.hpp"
#include "web/api.hpp"

namespace postern::app {

class ServerControl : public web::Control {
 public:
  ServerControl(Stores& stores, Sending& sending) : stores_(stores), sending_(sending) {}

  store::Spool& spool() override { return *stores_.spool; }
  web::DestinationOf destination() override;
  std::vector<web::DestinationState> destinations() override;
  void retry(MessageId id) override { sending_.scheduler().retry(id); }
  void retry_all() override { sending_.scheduler().retry_all(); }
  std::string move(MessageId id, std::string const& route) override;
  void send_tls_reports(Instant day) override { sending_.tls_reports().send(day); }
  void send_notices(Instant day) override { sending_.digest().send(day); }
  Result<std::size_t, std::string> take_imported_memory() override { return stores_.keeper.take_imported(); }
  bool forget_memory(policy::MemoryKind kind, std::string const& name) override {
    return stores_.keeper.forget(kind, name);
  }

 private:
  Stores& stores_;
  Sending& sending_;
};

}  // namespace postern::app

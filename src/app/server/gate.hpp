// The gate: the SMTP server with its listeners, and the policy service and the milter for another MTA.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/server/part.hpp"
#include "app/server/resolving.hpp"
#include "app/server/server_context.hpp"
#include "app/server/stores.hpp"
#include "base/id_source.hpp"
#include "net/fair_workers.hpp"
#include "session/admission.hpp"
#include "session/smtp_server.hpp"

namespace postern::app {

class Gate : public Part {
 public:
  // Binds all listeners but those for HTTPS. The error is for people.
  static Result<std::unique_ptr<Gate>, std::string> open(ServerContext const& context, Stores& stores,
                                                         Resolving& resolving, BuiltConfig const& built);

  void start() override { server_.start(); }
  void reload(BuiltConfig const& built) override { server_.reload(built.gate); }
  void reload_lists(BuiltConfig const& built) override { server_.reload(built.gate); }
  void drain() override { server_.drain(); }
  void cut() override { server_.cut(); }
  bool idle() const override { return server_.idle(); }
  void join() override { logins_.join(); }
  std::vector<std::string> lines() const override { return lines_; }

  std::optional<net::Endpoint> first_smtp() const { return first_smtp_; }

 private:
  Gate(ServerContext const& context, Stores& stores, Resolving& resolving, BuiltConfig const& built);

  session::Admission admission_;
  IdSource connection_ids_;
  net::FairWorkers logins_{2, {.threads = 1}};
  session::SmtpServer server_;
  std::optional<net::Endpoint> first_smtp_;
  std::vector<std::string> lines_;
};

}  // namespace postern::app

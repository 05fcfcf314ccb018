// What asks the DNS for sessions and deliveries: the resolver, the names of clients, and SPF.
#pragma once

#include <memory>

#include "app/server/part.hpp"
#include "app/server/server_context.hpp"
#include "net/client_names.hpp"
#include "net/dns.hpp"
#include "net/fair_workers.hpp"
#include "session/spf.hpp"

namespace postern::app {

class Resolving : public Part {
 public:
  static Result<std::unique_ptr<Resolving>, std::string> open(ServerContext const& context);

  void join() override;  // the threads of SPF, then the resolver's, which tells all who have asked

  std::unique_ptr<net::Dns> dns;  // absent after join()
  net::ClientNames client_names;
  net::FairWorkers spf_workers{32, {.threads = 8}};
  session::SpfChecker spf;

 private:
  Resolving(std::unique_ptr<net::Dns> made, Counters& counters)
      : dns(std::move(made)), client_names(*dns, counters), spf(*dns) {}
};

}  // namespace postern::app

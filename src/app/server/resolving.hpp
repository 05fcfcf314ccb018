// What asks the DNS for sessions and deliveries: the resolver, the names of clients, and what sessions look
// up.
#pragma once

#include <memory>

#include "app/server/part.hpp"
#include "app/server/server_context.hpp"
#include "net/client_names.hpp"
#include "net/dns.hpp"
#include "session/dns_search.hpp"

namespace postern::app {

class Resolving : public Part {
 public:
  static Result<std::unique_ptr<Resolving>, std::string> open(ServerContext const& context);

  void join() override;  // the resolver's thread, which tells all who have asked

  std::unique_ptr<net::Dns> dns;  // absent after join()
  net::ClientNames client_names;
  session::DnsSearches dns_searches;

 private:
  Resolving(std::unique_ptr<net::Dns> made, Counters& counters)
      : dns(std::move(made)), client_names(*dns, counters), dns_searches(*dns) {}
};

}  // namespace postern::app

#include "app/server/resolving.hpp"

namespace postern::app {

Result<std::unique_ptr<Resolving>, std::string> Resolving::open(ServerContext const& context) {
  auto dns = net::Dns::make(context.start.dns);
  if (!dns) return fail(dns.error());
  return std::unique_ptr<Resolving>(new Resolving(*std::move(dns), context.counters));
}

void Resolving::join() { dns.reset(); }

}  // namespace postern::app

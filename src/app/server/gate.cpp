#include "app/server/gate.hpp"

#include "app/server/listeners.hpp"

namespace postern::app {
namespace {

// No more connections than there are descriptors for.
session::AdmissionLimits within_descriptors(session::AdmissionLimits limits, ServerContext const& context) {
  auto const shares = context.descriptors;
  limits.sockets = shares.sockets;
  if (limits.connections <= shares.connections) return limits;
  context.log.write(LogEvent(Severity::warning, "connections-limited")
                        .add("connections", shares.connections)
                        .add("wanted", limits.connections)
                        .add("reason", "the limit of file descriptors (LimitNOFILE, ulimit -n)"));
  limits.connections = shares.connections;
  return limits;
}

}  // namespace

Result<std::unique_ptr<Gate>, std::string> Gate::open(ServerContext const& context, Stores& stores,
                                                      Resolving& resolving, BuiltConfig const& built) {
  std::unique_ptr<Gate> gate(new Gate(context, stores, resolving, built));
  for (auto const& listener : context.start.listen) {
    if (listener.role == ListenRole::https) continue;
    auto const at = gate->server_.listen(*net::Endpoint::parse(listener.address), listener_config(listener));
    if (!at) return fail(at.error());
    gate->lines_.push_back(describe(listener, *at));
    if (speaks_smtp(listener.role) && !gate->first_smtp_) gate->first_smtp_ = *at;
  }
  return gate;
}

Gate::Gate(ServerContext const& context, Stores& stores, Resolving& resolving, BuiltConfig const& built)
    : admission_(within_descriptors(context.start.admission, context)),
      server_(context.loops.connections(),
              session::Services{.spool = *stores.spool,
                                .evidence = *stores.evidence,
                                .client_names = resolving.client_names,
                                .admission = admission_,
                                .memory = stores.memory,
                                .connection_ids = connection_ids_,
                                .workers = logins_,
                                .dns_searches = resolving.dns_searches,
                                .log = context.log,
                                .counters = context.counters},
              built.gate) {}

}  // namespace postern::app

#include "session/connection_opening.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <span>

#include "net/wall_clock.hpp"

namespace postern::session {
namespace {

bool any_contains(std::vector<Network> const& networks, IpAddress const& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](Network const& network) { return network.contains(address); });
}

std::string why_none_came(net::IoError const& error) {
  return error.code == boost::asio::error::operation_aborted ? "no PROXY header came in time"
                                                             : "the connection ended before its PROXY header";
}

}  // namespace

policy::ConnectionFacts first_facts(Services const& services, ListenerConfig const& listener,
                                    net::Endpoint const& peer) {
  policy::ConnectionFacts facts;
  facts.started = net::wall_clock();
  facts.id = services.connection_ids.next(facts.started);
  facts.listener = listener.address;
  facts.listener_tls = listener.tls;
  facts.role = listener.role;
  facts.client = peer.address;
  facts.port = peer.port;
  return facts;
}

net::Task<std::optional<dialogue::Step>> ConnectionOpening::refusal() {
  if (!listener_.proxies.empty()) {
    auto const header = co_await take_header(dialogue_.facts().connection.client);
    if (!header) {
      log_refusal(header.error());
      services_.counters.add(Count::connections_refused);
      co_return dialogue::Step{};
    }
    if (header->has_client) dialogue_.on_proxy(header->client, header->client_port);
  }
  auto const admitted = admit();
  if (admitted == Admitted::yes) co_return std::nullopt;
  services_.counters.add(Count::connections_refused);
  co_return dialogue_.refuse(why_refused(admitted));
}

void ConnectionOpening::log_refusal(std::string const& reason) {
  auto const left_out = services_.admission.enter_log(net::wall_clock());
  if (!left_out) return;
  auto const& connection = dialogue_.facts().connection;
  LogEvent event(Severity::warning, "proxy-refused");
  event.add("listener", listener_.address)
      .add("peer", connection.client.print())
      .add("port", connection.port);
  event.add("reason", reason);
  if (*left_out > 0) event.add("left_out", *left_out);
  services_.log.write(event);
}

// All of what does not yet make a header belongs to it, so it can be taken; of what does, the header is taken
// and nothing else.
net::Task<Result<wire::ProxyHeader, std::string>> ConnectionOpening::take_header(IpAddress peer) {
  if (!any_contains(listener_.proxies, peer))
    co_return fail(std::string("the connection does not come from one of the proxies of this listener"));
  std::string taken;
  std::array<char, 1024> piece{};
  for (;;) {
    auto const ready = co_await stream_.readable();
    if (!ready) co_return fail(why_none_came(ready.error()));
    auto const seen = stream_.peek_now(piece);
    if (!seen) co_return fail(why_none_came(seen.error()));
    if (*seen == 0) continue;
    auto const before = taken.size();
    taken.append(piece.data(), *seen);
    auto const header = wire::parse_proxy_header(taken);
    if (!header) co_return fail(std::string(wire::explain(header.error())));
    auto const belongs = *header ? (*header)->length - before : *seen;
    auto const read = stream_.read_now(std::span(piece).first(belongs));
    if (!read || *read != belongs) co_return fail(std::string("the connection ended in its PROXY header"));
    if (*header) co_return **header;
  }
}

Admitted ConnectionOpening::admit() {
  client_ = dialogue_.facts().connection.client;
  trusted_ = client_.is_loopback() || any_contains(policy_.relay_networks, client_);
  auto const admitted = services_.admission.enter(client_, trusted_, net::wall_clock(), listener_.role);
  admitted_ = admitted == Admitted::yes;
  return admitted;
}

void ConnectionOpening::leave() {
  if (admitted_) services_.admission.leave(client_, trusted_);
  admitted_ = false;
}

}  // namespace postern::session

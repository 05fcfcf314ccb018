#include "app/server/web.hpp"

#include <algorithm>

#include "app/server/listeners.hpp"
#include "web/metrics.hpp"

namespace postern::app {
namespace {

web::HttpLimits limits_of(ServerContext const& context) {
  auto const connections = context.descriptors.web;
  return {.connections = connections,
          .of_network = std::max<std::size_t>(connections / 5, 2),
          .of_this_host = std::max<std::size_t>(connections / 2, 2)};
}

}  // namespace

Result<std::unique_ptr<Web>, std::string> Web::open(ServerContext const& context, Stores& stores,
                                                    Sending& sending, BuiltConfig const& built) {
  std::unique_ptr<Web> web(new Web(context, stores, sending));
  web->reload(built);
  if (auto const listening = web->listen(context); !listening) return fail(listening.error());
  return web;
}

Result<void, std::string> Web::listen(ServerContext const& context) {
  auto& loop = context.loops.web();
  auto const limits = limits_of(context);
  control_socket_ = std::make_unique<web::HttpServer>(
      loop,
      [this](web::HttpRequest const& request) {
        return web::answer_api(control_, request.method, request.target);
      },
      context.log, context.counters, limits);
  if (auto const listening = control_socket_->listen_unix(context.paths.control); !listening)
    return fail(listening.error());
  for (auto const& listener : context.start.listen) {
    if (listener.role != ListenRole::https) continue;
    if (auto const listening = listen_sts_site(context, listener); !listening) return fail(listening.error());
  }
  if (context.start.web_address.empty()) return {};
  page_ = std::make_unique<web::HttpServer>(
      loop, [this](web::HttpRequest const& request) { return answer(request.method, request.target); },
      context.log, context.counters, limits);
  auto const at = page_->listen(*net::Endpoint::parse(context.start.web_address));
  if (!at) return fail(at.error());
  lines_.push_back("web on http://" + at->print() + "/metrics and /healthz");
  return {};
}

Result<void, std::string> Web::listen_sts_site(ServerContext const& context, ListenSettings const& listener) {
  auto& site = sts_sites_.emplace_back(std::make_unique<web::HttpServer>(
      context.loops.web(),
      [this](web::HttpRequest const& request) {
        auto const policies = in_force_.access()->sts_policies;
        return web::answer_sts(*policies, request);
      },
      context.log, context.counters, limits_of(context)));
  auto const at =
      site->listen_tls(*net::Endpoint::parse(listener.address), [this] { return in_force_.access()->tls; });
  if (!at) return fail(at.error());
  lines_.push_back(describe(listener, *at));
  return {};
}

void Web::start() {
  control_socket_->start();
  for (auto& site : sts_sites_) site->start();
  if (page_) page_->start();
}

void Web::reload(BuiltConfig const& built) {
  *in_force_.access() = {built.delivery->hostname, built.sts_site, built.gate->tls};
}

web::HttpAnswer Web::answer(std::string_view method, std::string_view target) {
  if (method != "GET") return {405, "text/plain", "GET only\n"};
  if (target == "/healthz")
    return stopping_ ? web::HttpAnswer{503, "text/plain", "stopping\n"}
                     : web::HttpAnswer{200, "text/plain", "ok\n"};
  if (target == "/metrics")
    return {200, "text/plain; version=0.0.4", web::print_metrics(counters_, stores_.spool->summary())};
  if (target == "/")
    return {200, "text/plain", "Postern at " + in_force_.access()->hostname + ": /metrics, /healthz\n"};
  return {404, "text/plain", "not found\n"};
}

}  // namespace postern::app

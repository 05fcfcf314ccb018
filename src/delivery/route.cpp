#include "delivery/route.hpp"

#include <charconv>

#include "base/ascii.hpp"

namespace postern::delivery {
namespace {

// "host:587", "192.0.2.1:25", "[2001:db8::1]:25"
Result<SmtpRoute, std::string> parse_host(std::string_view text) {
  SmtpRoute route;
  if (auto const endpoint = net::Endpoint::parse(text)) {
    route.host = endpoint->address.print();
    route.port = endpoint->port;
    return route;
  }
  auto const colon = text.rfind(':');
  auto const host = Domain::parse(text.substr(0, colon));
  auto const port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), route.port);
  if (!host || error != std::errc() || end != port.data() + port.size() || route.port == 0)
    return fail(std::string("needs host:port, such as smtp:relay.example.org:587"));
  route.host = host->a_label();
  return route;
}

std::string with_tls(std::string key, policy::DestinationTls const& tls, TlsWish const& wish) {
  if (tls.level != policy::DestinationLevel::opportunistic) key += " tls=" + std::string(print(tls.level));
  if (wish.requiretls) key += " requiretls";
  if (wish.tls_optional) key += " tls-optional";
  return key;
}

}  // namespace

Result<Route, std::string> parse_route(std::string_view text) {
  if (text == "discard") return Route(DiscardRoute{});
  if (text == "mx") return Route(MxRoute{});
  if (istarts_with(text, "smtp:") || istarts_with(text, "smtps:")) {
    auto route = parse_host(text.substr(text.find(':') + 1));
    if (!route) return fail(std::string(text.substr(0, text.find(':') + 1)) + " " + route.error());
    route->implicit_tls = istarts_with(text, "smtps:");
    return Route(std::move(*route));
  }
  if (istarts_with(text, "maildir:")) {
    auto const path = text.substr(8);
    if (path.empty())
      return fail(std::string("maildir: needs a path, such as maildir:/srv/mail/{domain}/{local}"));
    return Route(MaildirRoute{std::string(path)});
  }
  if (istarts_with(text, "lmtp:unix:")) {
    auto const path = text.substr(10);
    if (path.empty() || path.size() > 107)
      return fail(std::string("lmtp:unix: needs the path of a socket, 107 bytes at most"));
    return Route(LmtpRoute{net::UnixPath{std::string(path)}});
  }
  if (istarts_with(text, "lmtp:")) {
    auto const endpoint = net::Endpoint::parse(text.substr(5));
    if (!endpoint) return fail(std::string("lmtp: needs address:port, such as lmtp:127.0.0.1:24"));
    return Route(LmtpRoute{*endpoint});
  }
  return fail(
      std::string("not one of maildir:PATH, lmtp:unix:PATH, lmtp:ADDRESS:PORT, smtp:HOST:PORT, "
                  "smtps:HOST:PORT, mx, discard"));
}

Route RouteTable::find(std::string const& domain) const {
  auto found = rules.find(domain);
  for (auto dot = domain.find('.'); found == rules.end() && dot != std::string::npos;
       dot = domain.find('.', dot + 1))
    found = rules.find("*" + domain.substr(dot));
  if (found == rules.end()) found = rules.find("*");
  Route route = found == rules.end() ? Route(MxRoute{}) : found->second;
  if (auto* mx = std::get_if<MxRoute>(&route)) mx->domain = domain;
  return route;
}

Route RouteTable::named(std::string const& text, Address const& address) const {
  auto const rule = rules.find(lowered(text));
  auto parsed = rule != rules.end() ? Result<Route, std::string>(rule->second) : parse_route(text);
  if (!parsed) return NowhereRoute{};
  if (auto* mx = std::get_if<MxRoute>(&*parsed)) mx->domain = address.host();
  return std::move(*parsed);
}

namespace {

Route elsewhere(RouteTable const& routes, Address const& address) {
  Route route = routes.find(address.host());
  auto const* mx = std::get_if<MxRoute>(&route);
  if (mx == nullptr || address.literal() == nullptr) return route;
  SmtpRoute direct;  // RFC 5321 section 4.1.3: a literal names the host itself
  direct.host = address.literal()->print();
  direct.named_by = NamedBy::recipient;
  direct.tls = mx->tls;
  return direct;
}

}  // namespace

Route route_for(policy::Directory const& directory, RouteTable const& routes, Address const& address) {
  switch (directory.standing(address)) {
    case policy::RecipientClass::elsewhere: return elsewhere(routes, address);
    case policy::RecipientClass::unknown: return NowhereRoute{};
    case policy::RecipientClass::mailbox:
    case policy::RecipientClass::alias:  // an alias that names itself: its mailbox
    case policy::RecipientClass::postmaster: break;
  }
  auto const* domain = directory.find(address);
  if (domain == nullptr) return elsewhere(routes, address);
  auto route = parse_route(domain->deliver);
  return route ? *route : Route(NowhereRoute{});
}

std::string print(Route const& route) {
  struct Printer {
    std::string operator()(MaildirRoute const& r) const { return "maildir:" + r.path; }
    std::string operator()(LmtpRoute const& r) const { return "lmtp:" + net::print(r.target); }
    std::string operator()(DiscardRoute const&) const { return "discard"; }
    std::string operator()(SmtpRoute const& r) const {
      bool const v6 = r.host.find(':') != std::string::npos;
      // A host that a recipient has named never shares a queue, or a connection, with the same host of a
      // rule.
      std::string const by = r.named_by == NamedBy::recipient ? " literal" : "";
      return with_tls((r.implicit_tls ? "smtps:" : "smtp:") + (v6 ? "[" + r.host + "]" : r.host) + ":" +
                          std::to_string(r.port) + by,
                      r.tls, r.wish);
    }
    std::string operator()(MxRoute const& r) const {
      return with_tls(r.domain.empty() ? "mx" : "mx:" + r.domain, r.tls, r.wish);
    }
    std::string operator()(NowhereRoute const&) const { return "nowhere"; }
  };
  return std::visit(Printer{}, route);
}

bool is_remote(Route const& route) {
  return std::holds_alternative<SmtpRoute>(route) || std::holds_alternative<MxRoute>(route);
}

Route route_for(policy::Directory const& directory, RouteTable const& routes, wire::Envelope const& envelope,
                wire::QueuedRecipient const& recipient) {
  auto route = route_for(directory, routes, recipient.address);
  if (!envelope.route.empty() && is_remote(route)) route = routes.named(envelope.route, recipient.address);
  TlsWish const wish{envelope.requiretls, envelope.content.tls_optional && !envelope.requiretls};
  if (auto* smtp = std::get_if<SmtpRoute>(&route)) smtp->wish = wish;
  if (auto* mx = std::get_if<MxRoute>(&route)) mx->wish = wish;
  return route;
}

}  // namespace postern::delivery

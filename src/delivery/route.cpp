#include "delivery/route.hpp"

#include <array>

#include "base/ascii.hpp"

namespace postern::delivery {

Result<Route, std::string> parse_route(std::string_view text) {
  if (text == "discard") return Route(DiscardRoute{});
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
  return fail(std::string("not one of maildir:PATH, lmtp:unix:PATH, lmtp:ADDRESS:PORT, discard"));
}

Route route_for(policy::Directory const& directory, Address const& address) {
  switch (directory.standing(address)) {
    case policy::Standing::elsewhere: return OutboundRoute{};
    case policy::Standing::unknown: return NowhereRoute{};
    case policy::Standing::mailbox:
    case policy::Standing::alias:  // an alias that names itself: its mailbox
    case policy::Standing::postmaster: break;
  }
  auto const* domain = directory.find(address);
  if (domain == nullptr) return OutboundRoute{};
  auto route = parse_route(domain->deliver);
  return route ? *route : Route(NowhereRoute{});
}

std::string print(Route const& route) {
  struct Printer {
    std::string operator()(MaildirRoute const& r) const { return "maildir:" + r.path; }
    std::string operator()(LmtpRoute const& r) const { return "lmtp:" + net::print(r.target); }
    std::string operator()(DiscardRoute const&) const { return "discard"; }
    std::string operator()(OutboundRoute const&) const { return "outbound"; }
    std::string operator()(NowhereRoute const&) const { return "nowhere"; }
  };
  return std::visit(Printer{}, route);
}

}  // namespace postern::delivery

#include "app/settings/route_advice.hpp"

#include <algorithm>

#include "app/settings/dns_advice.hpp"
#include "app/settings/listener_advice.hpp"
#include "base/ascii.hpp"
#include "base/domain.hpp"

namespace postern::app {
namespace {

class RouteAdviser {
 public:
  RouteAdviser(Settings const& settings, policy::Directory const& directory, net::Ourselves const& we,
               Problems& problems)
      : settings_(settings), directory_(directory), we_(we), problems_(problems) {}

  void look_at(DomainSettings const& domain) {
    if (domain.deliver) look_at_target("domains." + in_quotes(domain.name) + ".deliver", *domain.deliver);
  }

  void look_at(RouteSettings const& route) {
    std::string const where = "routes." + in_quotes(route.name);
    look_at_target(where + ".via", route.via);
    look_at_domain(where, route);
    look_at_tls(where, route);
    look_at_login(where, route);
  }

 private:
  void look_at_target(std::string const& where, delivery::Route const& route) {
    std::string const target = where + " = " + in_quotes(delivery::print(route)) + ": ";
    if (leads_back(route))
      problems_.warn(target + "this server itself listens there, so that its mail goes in a circle");
    auto const* smtp = std::get_if<delivery::SmtpRoute>(&route);
    if (smtp == nullptr) return;
    if (smtp->port == submissions_port && !smtp->implicit_tls)
      problems_.warn(target + "servers expect TLS from the first byte on port 465: write smtps:");
    if (smtp->implicit_tls && (smtp->port == smtp_port || smtp->port == submission_port))
      problems_.warn(target + "servers expect STARTTLS on port " + std::to_string(smtp->port) +
                     ": write smtp:, or take port 465");
  }

  bool leads_back(delivery::Route const& route) const {
    if (auto const* lmtp = std::get_if<delivery::LmtpRoute>(&route)) {
      auto const* at = std::get_if<net::Endpoint>(&lmtp->target);
      return at != nullptr && is_own_listener(*at);
    }
    auto const* smtp = std::get_if<delivery::SmtpRoute>(&route);
    if (smtp == nullptr) return false;
    if (auto const address = IpAddress::parse(smtp->host)) return is_own_listener({*address, smtp->port});
    bool const is_our_name = iequals(smtp->host, we_.name) || smtp->host == "localhost";
    return is_our_name && std::any_of(we_.listeners.begin(), we_.listeners.end(),
                                      [&](auto const& listener) { return listener.port == smtp->port; });
  }

  // Another server on this host, at another port, is none of ours; nor is one at another address of it.
  bool is_own_listener(net::Endpoint const& at) const {
    return std::any_of(we_.listeners.begin(), we_.listeners.end(), [&](net::Endpoint const& listener) {
      if (listener.port != at.port || listener.address.is_v4() != at.address.is_v4()) return false;
      return listener.address == at.address ||
             (listener.address.is_unspecified() && whose(at, we_) == net::HostAddress::ourselves);
    });
  }

  void look_at_domain(std::string const& where, RouteSettings const& route) {
    auto const domain = Domain::parse(route.name);
    if (domain && directory_.find(Address("postmaster", *domain)) != nullptr)
      problems_.warn(where + ": this is one of our own domains, to which no route applies: say in domains." +
                     in_quotes(route.name) + ".deliver where its mail goes");
  }

  void look_at_tls(std::string const& where, RouteSettings const& route) {
    using policy::DestinationLevel;
    std::string const tls = where + ".tls = " + in_quotes(print(route.tls)) + ": ";
    if (route.tls == DestinationLevel::dane && !validates(settings_.start.dns)) {
      std::string const why =
          "DANE never applies, since DNSSEC is not validated (dns.enabled, "
          "dns.trust_anchor_file)";
      if (route.user.empty())
        problems_.warn(tls + why + ": the mail goes with opportunistic TLS");
      else
        problems_.error(route.line, tls + why + ": the password can never be sent, so that all mail waits");
    }
    bool const finds_policies = settings_.live.sts.enabled && settings_.start.dns.enabled;
    if (route.tls == DestinationLevel::mta_sts && !finds_policies)
      problems_.warn(tls +
                     "no policies are looked for (mta_sts.enabled, dns.enabled): the mail goes with "
                     "opportunistic TLS");
  }

  void look_at_login(std::string const& where, RouteSettings const& route) {
    if (!route.password_file.empty() && route.user.empty())
      problems_.warn(where + ".password_file: it is not used without a user");
    if (!route.user.empty() && !std::holds_alternative<delivery::SmtpRoute>(route.via))
      problems_.warn(where + ".user: it is used only with via = \"smtp:HOST:PORT\" or \"smtps:HOST:PORT\"");
  }

  Settings const& settings_;
  policy::Directory const& directory_;
  net::Ourselves const& we_;
  Problems& problems_;
};

}  // namespace

void advise_about_routes(Settings const& settings, policy::Directory const& directory,
                         net::Ourselves const& we, Problems& problems) {
  RouteAdviser adviser(settings, directory, we, problems);
  for (auto const& domain : settings.live.domains) adviser.look_at(domain);
  for (auto const& route : settings.live.routes) adviser.look_at(route);
}

}  // namespace postern::app

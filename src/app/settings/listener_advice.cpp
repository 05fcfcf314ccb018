#include "app/settings/listener_advice.hpp"

#include <algorithm>
#include <iterator>

#include "app/settings/networks.hpp"
#include "base/ascii.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

struct ListenPlace {
  net::Endpoint at;
  int line = 0;
  std::string key;  // as errors name it
};

std::string listener_key(ListenSettings const& listener) { return "listen " + in_quotes(listener.address); }

std::vector<ListenPlace> listen_places(StartSettings const& start) {
  std::vector<ListenPlace> places;
  for (auto const& listener : start.listen)
    if (auto const at = net::Endpoint::parse(listener.address))
      places.push_back({.at = *at, .line = listener.line, .key = listener_key(listener)});
  if (auto const at = net::Endpoint::parse(start.web_address))
    places.push_back({.at = *at, .key = "web.address = " + in_quotes(start.web_address)});
  return places;
}

// The unspecified address stands for all of its family. With port 0 the system picks a free one.
bool collide(net::Endpoint const& a, net::Endpoint const& b) {
  if (a.port == 0 || a.port != b.port || a.address.is_v4() != b.address.is_v4()) return false;
  return a.address == b.address || a.address.is_unspecified() || b.address.is_unspecified();
}

void look_for_twins(StartSettings const& start, Problems& problems) {
  auto const places = listen_places(start);
  for (auto one = places.begin(); one != places.end(); ++one)
    for (auto other = std::next(one); other != places.end(); ++other)
      if (collide(one->at, other->at))
        problems.error(std::max(one->line, other->line),
                       other->key + ": " + one->key + " has this address and port already");
}

class ListenerAdviser {
 public:
  ListenerAdviser(LiveSettings const& live, ListenSettings const& listener, Problems& problems)
      : live_(live), listener_(listener), where_(listener_key(listener) + ": "), problems_(problems) {}

  void look() {
    for (auto const& proxy : listener_.proxies)
      if (!is_private(proxy) && is_much_of_the_internet(proxy))
        warn("proxy = " + in_quotes(proxy.print()) + ": everybody there can say that he is any client");
    if (listener_.role == ListenRole::submission) look_at_submission();
    auto const at = net::Endpoint::parse(listener_.address);
    bool const speaks_smtp = listener_.role == ListenRole::mx || listener_.role == ListenRole::submission;
    if (!at || !speaks_smtp) return;
    look_at_port(at->port);
    bool const written = std::any_of(live_.domains.begin(), live_.domains.end(),
                                     [](auto const& domain) { return domain.line > 0; });
    if (listener_.role == ListenRole::mx && at->port == smtp_port && !at->address.is_loopback() && !written)
      warn("there are no [domains]: only mail for " + live_.hostname + " and localhost is taken");
  }

 private:
  void warn(std::string const& what) { problems_.warn(where_ + what); }

  void look_at_submission() {
    bool const known_otherwise = !live_.relay_networks.empty() || !live_.relay_certificates.empty();
    if (live_.users_file.empty() && !known_otherwise)
      warn("nobody can send here: there is no auth.users_file, no relay.networks and no relay.certificates");
    if (listener_.tls == policy::ListenerTls::none)
      warn(
          "role = \"submission\" with tls = \"none\": nobody can log in, since passwords are taken over TLS "
          "only");
  }

  // RFC 8314 sections 3.3 and 7.3: what clients expect of these ports.
  void look_at_port(std::uint16_t port) {
    bool const implicit = listener_.tls == policy::ListenerTls::implicit;
    if (port == submissions_port && !implicit)
      warn("clients begin TLS with the first byte on port 465: write tls = \"implicit\"");
    if ((port == smtp_port || port == submission_port) && implicit)
      warn("clients expect STARTTLS on port " + std::to_string(port) +
           (port == smtp_port ? ": write tls = \"starttls\""
                              : ": write tls = \"starttls\", or take port 465"));
    if (port == smtp_port && listener_.role == ListenRole::submission)
      warn(
          "other servers deliver to port 25, and only users are served here: write role = \"mx\", or take "
          "port 587 or 465");
    if ((port == submission_port || port == submissions_port) && listener_.role == ListenRole::mx)
      warn("users log in on this port, which role = \"mx\" does not offer: write role = \"submission\"");
  }

  LiveSettings const& live_;
  ListenSettings const& listener_;
  std::string where_;
  Problems& problems_;
};

}  // namespace

void advise_about_listeners(Settings const& settings, Problems& problems) {
  look_for_twins(settings.start, problems);
  for (auto const& listener : settings.start.listen)
    ListenerAdviser(settings.live, listener, problems).look();
}

}  // namespace postern::app

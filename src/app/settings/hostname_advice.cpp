#include "app/settings/hostname_advice.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

// Names that the DNS of the Internet does not have: reserved ones, and what systems make up.
constexpr std::array<std::string_view, 9> local_names{
    "localhost", "localdomain", "local", "lan", "internal", "home.arpa", "intranet", "test", "invalid"};

// RFC 2606: names for documentation.
constexpr std::array<std::string_view, 4> example_names{"example", "example.com", "example.net",
                                                        "example.org"};

bool is_or_is_below(std::string_view name, std::string_view parent) {
  if (name.size() <= parent.size()) return iequals(name, parent);
  auto const rest = name.size() - parent.size();
  return name[rest - 1] == '.' && iequals(name.substr(rest), parent);
}

template <std::size_t N>
bool is_one_of(std::string_view name, std::array<std::string_view, N> const& parents) {
  return std::any_of(parents.begin(), parents.end(),
                     [&](auto const& parent) { return is_or_is_below(name, parent); });
}

// Why it can be no name, for people.
std::string why_no_hostname(std::string const& hostname) {
  if (hostname.ends_with('.') && Domain::parse(hostname.substr(0, hostname.size() - 1)))
    return "not a host name: write it without the dot at its end";
  return "not a host name";
}

std::string what_is_odd(Domain const& domain) {
  auto const& hostname = domain.text();
  auto const last = hostname.substr(hostname.rfind('.') + 1);
  if (IpAddress::parse(hostname)) return "an address, not a name";
  if (hostname.find('.') == std::string::npos) return "a name of one label";
  if (last.find_first_not_of("0123456789") == std::string::npos)
    return "no name that the DNS can have: its last label is a number";
  if (hostname.find('_') != std::string::npos) return "a name with an underscore, which host names have not";
  if (!domain.has_valid_a_labels())
    return "a name with a label that begins with xn-- and is no A-label (RFC 5890)";
  if (is_one_of(hostname, local_names)) return "a name that only this network knows";
  return {};
}

bool is_reached_from_elsewhere(StartSettings const& start) {
  return std::any_of(start.listen.begin(), start.listen.end(), [](auto const& listener) {
    auto const at = net::Endpoint::parse(listener.address);
    return at && !at->address.is_loopback() && listener.role != ListenRole::policy &&
           listener.role != ListenRole::milter;
  });
}

}  // namespace

void advise_about_hostname(Settings const& settings, Problems& problems) {
  auto const& hostname = settings.live.hostname;
  std::string const where = "hostname = " + in_quotes(hostname) + ": ";
  auto const domain = Domain::parse(hostname);
  if (!domain) return problems.error(0, where + why_no_hostname(hostname));
  // RFC 5321 section 2.3.5: the name is a fully qualified one.
  if (auto const odd = what_is_odd(*domain); !odd.empty())
    return problems.warn(where + "this is " + odd +
                         ". It is said at EHLO, and many servers refuse mail from what says no fully "
                         "qualified name, such as \"mx.example.org\" (RFC 5321 section 4.1.4)");
  if (is_one_of(hostname, example_names) && is_reached_from_elsewhere(settings.start))
    problems.warn(where +
                  "this is a name for examples (RFC 2606), which belongs to nobody: write the name of "
                  "this server");
}

}  // namespace postern::app

#include "app/settings/dns_advice.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/ascii.hpp"
#include "base/ip_address.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

bool is_name_server(std::string_view text) {
  auto const at = text.find('@');
  bool const has_port = at != std::string_view::npos;
  return IpAddress::parse(text.substr(0, at)) && (!has_port || is_port(text.substr(at + 1)));
}

std::string why_no_name_server(std::string const& text) {
  if (auto const written = net::Endpoint::parse(text))
    return "the port of a name server stands behind an @: write " +
           in_quotes(written->address.print() + "@" + std::to_string(written->port));
  return "not the address of a name server, such as \"192.0.2.53\" or \"192.0.2.53@5353\"";
}

}  // namespace

void check_dns(net::DnsSettings const& dns, Problems& problems) {
  if (!dns.enabled) return;
  for (auto const& server : dns.servers)
    if (!is_name_server(server))
      problems.error(0, "dns.servers: " + in_quotes(server) + ": " + why_no_name_server(server));
  auto const& file = dns.trust_anchor_file;
  if (!file.empty() && ::access(file.c_str(), R_OK) != 0)
    problems.error(0, "dns.trust_anchor_file = " + in_quotes(file) + ": " + std::strerror(errno) +
                          ". Debian's package dns-root-data brings the root's; with \"\" nothing is "
                          "validated, and DANE never applies");
}

bool validates(net::DnsSettings const& dns) { return dns.enabled && !dns.trust_anchor_file.empty(); }

}  // namespace postern::app

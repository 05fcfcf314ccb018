#include "app/settings/build_routes.hpp"

#include <fstream>

#include "app/settings/fingerprints.hpp"
#include "base/domain.hpp"

namespace postern::app {
namespace {

std::optional<dialogue::ClientLogin> login_of(Settings const& settings, RouteSettings const& written,
                                              std::string const& where, Problems& problems) {
  if (written.user.empty()) return std::nullopt;
  dialogue::ClientLogin login{written.user, {}};
  std::ifstream in(settings.path(written.password_file));
  if (!std::getline(in, login.password))
    problems.error(written.line,
                   where + ".password_file = \"" + written.password_file + "\": cannot be read, or is empty");
  while (!login.password.empty() && login.password.back() == '\r') login.password.pop_back();
  return login;
}

void add_route(delivery::RouteTable& table, Settings const& settings, RouteSettings const& written,
               Problems& problems) {
  std::string const where = "routes.\"" + written.name + "\"";
  std::string_view const name = written.name;
  std::string const prefix = name.starts_with("*.") ? "*." : "";
  auto const domain = Domain::parse(name.substr(prefix.size()));
  if (!domain && name != "*")
    return problems.error(written.line, where + ": not a domain name, \"*.domain\" or \"*\"");
  policy::DestinationTls tls{written.tls, {}};
  auto const known =
      fingerprints_of(written.fingerprints, written.line, where + ".tls_fingerprints", problems);
  tls.fingerprints.assign(known.begin(), known.end());
  if (tls.level == policy::DestinationLevel::fingerprint && tls.fingerprints.empty())
    problems.error(written.line, where + ".tls = \"fingerprint\": tls_fingerprints says which");
  auto route = written.via;
  if (auto* smtp = std::get_if<delivery::SmtpRoute>(&route)) {
    smtp->tls = std::move(tls);
    smtp->login = login_of(settings, written, where, problems);
  } else if (auto* mx = std::get_if<delivery::MxRoute>(&route)) {
    mx->tls = std::move(tls);
  } else if (auto* maildir = std::get_if<delivery::MaildirRoute>(&route)) {
    maildir->path = settings.path(maildir->path);
  }
  table.rules[name == "*" ? "*" : prefix + domain->a_label()] = std::move(route);
}

}  // namespace

delivery::RouteTable build_routes(Settings const& settings, Problems& problems) {
  delivery::RouteTable table;
  for (auto const& written : settings.live.routes) add_route(table, settings, written, problems);
  return table;
}

}  // namespace postern::app

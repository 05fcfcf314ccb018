#include "app/settings/build_routes.hpp"

#include <fstream>

#include "app/settings/advice.hpp"
#include "app/settings/fingerprints.hpp"
#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "base/ip_address.hpp"

namespace postern::app {
namespace {

// RFC 4954 section 4: a password that is sent under TLS can still be sent to the wrong server.
void check_login(RouteSettings const& written, std::string const& host, std::string const& where,
                 Problems& problems) {
  using policy::HostProof;
  auto const hears = [&](HostProof proof) { return policy::may_hear_password(written.tls, proof); };
  if (!hears(HostProof::name) && !hears(HostProof::dane) && !hears(HostProof::fingerprint))
    problems.error(written.line,
                   where + ".user: with tls = " + in_quotes(print(written.tls)) +
                       " the password would go to whoever answers. Write tls = \"verified\", \"fingerprint\" "
                       "or \"dane\", so that the server must prove who it is first");
  else if (written.tls == policy::DestinationLevel::dane && IpAddress::parse(host))
    problems.error(written.line, where + ".user: with tls = \"dane\" the server needs a name: " + host +
                                     " is an address, for which there are no TLSA records");
}

std::optional<dialogue::ClientLogin> login_of(Settings const& settings, RouteSettings const& written,
                                              std::string const& where, Problems& problems) {
  if (written.user.empty()) return std::nullopt;
  dialogue::ClientLogin login{.user = written.user, .password = {}, .demand = written.tls};
  if (written.password_file.empty()) {
    problems.error(written.line, where + ".user: it needs a password: write password_file = \"FILE\"");
    return login;
  }
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
  if (tls.level != policy::DestinationLevel::fingerprint && !tls.fingerprints.empty())
    problems.error(written.line, where + ".tls_fingerprints: they count only with tls = \"fingerprint\"");
  auto route = written.via;
  if (auto* smtp = std::get_if<delivery::SmtpRoute>(&route)) {
    smtp->tls = std::move(tls);
    smtp->login = login_of(settings, written, where, problems);
    if (smtp->login) check_login(written, smtp->host, where, problems);
  } else if (auto* mx = std::get_if<delivery::MxRoute>(&route)) {
    mx->tls = std::move(tls);
  } else if (auto* maildir = std::get_if<delivery::MaildirRoute>(&route)) {
    check_template(maildir->path, written.line, where + ".via", problems);
    maildir->path = settings.path(maildir->path);
  }
  std::string key = name == "*" ? "*" : prefix + domain->a_label();
  if (!table.rules.emplace(std::move(key), std::move(route)).second)
    problems.error(written.line, where + ": there are two routes for this name");
}

}  // namespace

delivery::RouteTable build_routes(Settings const& settings, Problems& problems) {
  delivery::RouteTable table;
  for (auto const& written : settings.live.routes) add_route(table, settings, written, problems);
  return table;
}

}  // namespace postern::app

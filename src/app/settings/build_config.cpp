#include "app/settings/build_config.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <unordered_set>

#include "app/settings/build_rules.hpp"
#include "app/settings/published.hpp"
#include "base/ascii.hpp"
#include "store/file.hpp"
#include "wire/path.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::app {
namespace {

constexpr std::string_view rfc_3207 =
    "RFC 3207 section 4: \"A publicly-referenced SMTP server MUST NOT require use of the STARTTLS extension "
    "in order to deliver "
    "mail locally.\" Senders without TLS cannot reach you; `postern whatif` tells how many that would be";

bool breaks_rfc_3207(policy::TlsRequirement requirement) {
  return requirement != policy::TlsRequirement::never && requirement != policy::TlsRequirement::remembered;
}

class Builder {
 public:
  Builder(Settings const& settings, BuiltConfig& built) : settings_(settings), built_(built) {}

  void error(int line, std::string const& what) {
    std::string const file = settings_.file.empty() ? "defaults" : settings_.file;
    built_.errors.push_back(file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what);
  }
  void warn(std::string what) { built_.warnings.push_back(std::move(what)); }

  policy::Directory directory() {
    std::vector<policy::LocalDomain> domains;
    for (auto const& domain : settings_.domains)
      if (auto local = local_domain(domain)) domains.push_back(std::move(*local));
    policy::Directory made(settings_.hostname, std::move(domains));
    check_aliases(made);
    return made;
  }

  void check_published(DomainSettings const& domain) {
    std::string const where = "domains.\"" + domain.name + "\".";
    auto const policy = wire::parse_sts_policy(print(published_policy(domain, settings_.hostname)));
    if (!policy && domain.sts_mode != wire::StsMode::none)
      error(domain.line, where + "mta_sts: " + policy.error());
    for (auto const& rua : domain.tlsrpt_rua)
      if (!wire::parse_tlsrpt_record({"v=TLSRPTv1; rua=" + rua}))
        error(domain.line, where + "tlsrpt.rua: \"" + rua + "\" is neither mailto: nor https:");
  }

  void check_values() {
    for (auto const& domain : settings_.domains) check_published(domain);
    if (!Domain::parse(settings_.hostname))
      error(0, "hostname = \"" + settings_.hostname + "\": not a host name");
    if (settings_.tls.min_version > settings_.tls.max_version)
      error(0, "tls.min_version is above tls.max_version");
    if (settings_.retry.first > settings_.retry.longest)
      error(0, "queue.first_retry is longer than queue.max_retry");
    if (!settings_.web_address.empty() && !net::Endpoint::parse(settings_.web_address))
      error(0, "web.address = \"" + settings_.web_address +
                   "\": not an address with a port, such as \"127.0.0.1:8025\"");
    if (breaks_rfc_3207(settings_.require_tls)) warn("tls.require: " + std::string(rfc_3207));
    for (auto const& domain : settings_.domains)
      if (breaks_rfc_3207(domain.require_tls.value_or(policy::TlsRequirement::never)))
        warn("domains.\"" + domain.name + "\".tls.require: " + std::string(rfc_3207));
    if (settings_.tls.min_version > net::TlsVersion::v1_2)
      warn(
          "tls.min_version above 1.2: clients that cannot do it fail their handshakes, and send in the clear "
          "only when they give up on TLS");
    if (settings_.tls.certificate.size() != settings_.tls.key.size())
      error(0, "tls.certificate names " + std::to_string(settings_.tls.certificate.size()) +
                   " files, tls.key " + std::to_string(settings_.tls.key.size()) +
                   ": each certificate needs its key, in the same order");
  }

  // RFC 8460 section 3: mail to where our reports are to be sent comes through whatever TLS does.
  std::unordered_set<std::string> tls_report_addresses() {
    std::unordered_set<std::string> addresses;
    for (auto const& domain : settings_.domains)
      for (auto const& rua : domain.tlsrpt_rua) {
        if (!istarts_with(rua, "mailto:")) continue;
        auto const address = wire::parse_mailbox(std::string_view(rua).substr(7, rua.find('?') - 7));
        if (address) addresses.insert(lowered(address->local_part()) + "@" + address->host());
      }
    return addresses;
  }

  // Where flagged mail goes must be somewhere; notices likewise.
  void check_rules(session::GateConfig const& gate) {
    for (auto const& rule : settings_.rules)
      if (auto const address = wire::parse_mailbox(rule.deliver_to);
          address && gate.policy.directory.standing(*address) == policy::Standing::unknown)
        error(rule.line, "rules." + quoted(rule.name) + ".deliver_to = " + quoted(rule.deliver_to) +
                             ": there is no such mailbox here");
    for (auto const& mailbox : settings_.notices.mailboxes)
      if (mailbox != "*" && !wire::parse_mailbox(mailbox))
        error(0, "notices.mailboxes: " + quoted(mailbox) + " is no mail address, and not \"*\"");
    if (!settings_.notices.postmaster.empty() && !wire::parse_mailbox(settings_.notices.postmaster))
      error(0, "notices.postmaster = " + quoted(settings_.notices.postmaster) + ": not a mail address");
  }

  // SHA-256 in hexadecimal, colons allowed: in lower case, without them.
  std::unordered_set<std::string> fingerprints(int line, std::string const& where,
                                               std::vector<std::string> const& written) {
    std::unordered_set<std::string> found;
    for (auto const& fingerprint : written) {
      auto digits = normal_fingerprint(fingerprint);
      if (digits.empty())
        error(line, where + ": \"" + fingerprint + "\" is no SHA-256: 64 hexadecimal digits");
      found.insert(std::move(digits));
    }
    return found;
  }

  std::shared_ptr<session::Passwords const> passwords() {
    if (settings_.users_file.empty()) return nullptr;
    std::string const where = "auth.users_file = \"" + settings_.users_file + "\": ";
    std::ifstream in(settings_.path(settings_.users_file));
    if (!in) {
      error(0, where + "cannot be read");
      return nullptr;
    }
    std::stringstream text;
    text << in.rdbuf();
    auto read = session::Passwords::parse(text.str());
    if (!read) error(0, where + read.error());
    return read ? *read : nullptr;
  }

  delivery::RouteTable routes() {
    delivery::RouteTable table;
    for (auto const& written : settings_.routes) add_route(table, written);
    return table;
  }

 private:
  void add_route(delivery::RouteTable& table, RouteSettings const& written) {
    std::string const where = "routes.\"" + written.name + "\"";
    std::string_view name = written.name;
    std::string const prefix = name.substr(0, 2) == "*." ? "*." : "";
    auto const domain = Domain::parse(name.substr(prefix.size()));
    if (!domain && name != "*")
      return error(written.line, where + ": not a domain name, \"*.domain\" or \"*\"");
    auto route = delivery::parse_route(written.via);
    if (!route) return error(written.line, where + ".via = \"" + written.via + "\": " + route.error());
    policy::DestinationTls tls{written.tls, {}};
    auto const known = fingerprints(written.line, where + ".tls_fingerprints", written.fingerprints);
    tls.fingerprints.assign(known.begin(), known.end());
    if (tls.level == policy::DestinationLevel::fingerprint && tls.fingerprints.empty())
      error(written.line, where + ".tls = \"fingerprint\": tls_fingerprints says which");
    if (auto* smtp = std::get_if<delivery::SmtpRoute>(&*route)) {
      smtp->tls = std::move(tls);
      smtp->login = login(written, where);
    } else if (auto* mx = std::get_if<delivery::MxRoute>(&*route)) {
      mx->tls = std::move(tls);
    } else if (auto* maildir = std::get_if<delivery::MaildirRoute>(&*route)) {
      maildir->path = settings_.path(maildir->path);
    }
    table.rules[name == "*" ? "*" : prefix + domain->a_label()] = std::move(*route);
  }

  std::optional<dialogue::ClientLogin> login(RouteSettings const& written, std::string const& where) {
    if (written.user.empty()) return std::nullopt;
    dialogue::ClientLogin login{written.user, {}};
    std::string const file = settings_.path(written.password_file);
    std::ifstream in(file);
    if (!std::getline(in, login.password))
      error(written.line,
            where + ".password_file = \"" + written.password_file + "\": cannot be read, or is empty");
    while (!login.password.empty() && login.password.back() == '\r') login.password.pop_back();
    return login;
  }

  std::optional<policy::LocalDomain> local_domain(DomainSettings const& written) {
    std::string const where = "domains.\"" + written.name + "\"";
    auto name = Domain::parse(written.name);
    if (!name) return error(written.line, where + ": not a domain name"), std::nullopt;
    policy::LocalDomain domain{std::move(*name), false, {}, {}, {}, written.require_tls};
    for (auto const& mailbox : written.mailboxes) add_mailbox(domain, mailbox);
    if (!written.mailboxes_file.empty()) read_mailboxes(domain, written);
    for (auto const& [alias, targets] : written.aliases)
      for (auto const& target : targets) {
        auto address = wire::parse_mailbox(target);
        if (!address || address->host().empty())
          error(written.line, where + ".aliases." + alias + ": \"" + target + "\" is not a mail address");
        else
          domain.aliases[lowered(alias)].push_back(std::move(*address));
      }
    domain.deliver = written.deliver;
    if (auto const colon = domain.deliver.find(':'); domain.deliver.substr(0, colon) == "maildir")
      domain.deliver = "maildir:" + settings_.path(domain.deliver.substr(colon + 1));
    if (auto const route = delivery::parse_route(domain.deliver); !route)
      error(written.line, where + ".deliver = \"" + written.deliver + "\": " + route.error());
    if (!domain.any_mailbox && domain.mailboxes.empty() && domain.aliases.empty())
      warn(where + ": no mailboxes and no aliases: only mail for postmaster is taken");
    return domain;
  }

  static void add_mailbox(policy::LocalDomain& domain, std::string_view mailbox) {
    if (mailbox == "*")
      domain.any_mailbox = true;
    else
      domain.mailboxes.insert(lowered(mailbox));
  }

  void read_mailboxes(policy::LocalDomain& domain, DomainSettings const& written) {
    std::string const file = settings_.path(written.mailboxes_file);
    std::ifstream in(file);
    if (!in)
      return error(written.line,
                   "domains.\"" + written.name + "\".mailboxes_file: " + file + " cannot be read");
    for (std::string line; std::getline(in, line);) {
      auto const mailbox = trimmed(std::string_view(line).substr(0, line.find('#')));
      if (!mailbox.empty()) add_mailbox(domain, mailbox);
    }
  }

  void check_aliases(policy::Directory const& directory) {
    for (auto const& written : settings_.domains)
      for (auto const& [alias, targets] : written.aliases) {
        auto const domain = Domain::parse(written.name);
        if (!domain) continue;
        auto const expanded = directory.expand(Address(alias, *domain));
        std::string const where = "domains.\"" + written.name + "\".aliases." + alias;
        if (!expanded)
          error(written.line, where + ": goes through more than 10 aliases, or to more than 1,000 addresses");
        if (!expanded) continue;
        if (expanded->empty()) error(written.line, where + ": leads back to itself and to no mailbox");
        for (auto const& target : *expanded)
          if (directory.standing(target) == policy::Standing::unknown)
            error(written.line, where + ": \"" + target.print() + "\" is no mailbox here");
      }
  }

  Settings const& settings_;
  BuiltConfig& built_;
};

bool exists(std::string const& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

net::TlsSettings with_certificate(Settings const& settings, Builder& builder, bool make) {
  net::TlsSettings tls = settings.tls;
  for (auto& file : tls.certificate) file = settings.path(file);
  for (auto& file : tls.key) file = settings.path(file);
  tls.ca_file = settings.path(tls.ca_file);
  if (!tls.certificate.empty()) return tls;
  std::string const directory = settings.path(settings.data_dir) + "/tls";
  std::string const certificate = directory + "/self-signed.pem";
  std::string const key = directory + "/self-signed.key";
  if (make && !(exists(certificate) && exists(key))) {
    if (!store::real_files().make_directories(directory)) builder.error(0, directory + ": cannot be made");
    std::vector<std::string> names{settings.hostname};
    if (settings.hostname != "localhost") names.push_back("localhost");
    if (auto const made = net::make_self_signed(certificate, key, names); !made)
      builder.error(0, made.error());
  }
  tls.certificate = {certificate};
  tls.key = {key};
  return tls;
}

BuiltConfig build(Settings const& settings, net::TicketKeys& tickets, bool make) {
  BuiltConfig built;
  Builder builder(settings, built);
  builder.check_values();
  auto gate = std::make_shared<session::GateConfig>(
      session::GateConfig{settings.smtp,
                          {builder.directory(),
                           settings.relay_networks,
                           builder.fingerprints(0, "relay.certificates", settings.relay_certificates),
                           false,
                           settings.require_tls,
                           {},
                           settings.fallback},
                          settings.timeouts,
                          {},
                          builder.passwords()});
  gate->policy.logins = gate->passwords != nullptr;
  auto const error = [&](int line, std::string const& what) { builder.error(line, what); };
  gate->policy.memory = settings.memory;
  gate->policy.checks_spf = settings.spf_check;
  gate->policy.pins = build_pins(settings, error);
  gate->policy.tls_report_addresses = builder.tls_report_addresses();
  gate->policy.rules = build_rules(settings, error);
  builder.check_rules(*gate);
  if (make || !settings.tls.certificate.empty()) {
    auto const tls = with_certificate(settings, builder, make);
    auto context = net::TlsContext::make(tls, tickets);
    if (context)
      gate->tls = std::move(*context);
    else
      builder.error(0, context.error());
  }
  auto smtp =
      std::make_shared<delivery::SmtpConfig>(delivery::SmtpConfig{settings.hostname, settings.send, {}});
  auto client =
      net::TlsClient::make(settings.path(settings.send.ca_file), settings.path(settings.send.certificate),
                           settings.path(settings.send.key));
  if (client)
    smtp->tls = std::move(*client);
  else
    builder.error(0, client.error());
  auto routes = builder.routes();
  if (!built.errors.empty()) return built;
  auto sts = settings.sts;
  sts.ca_file = settings.path(settings.send.ca_file);
  built.delivery = std::make_shared<delivery::DeliveryConfig const>(delivery::DeliveryConfig{
      settings.hostname, std::shared_ptr<policy::Directory const>(gate, &gate->policy.directory),
      std::move(routes), settings.retry, std::move(sts), std::move(smtp)});
  built.tls_reports = {settings.tls_reports, settings.hostname, settings.path(settings.send.ca_file),
                       settings.sts.port};
  built.notices = {settings.notices, settings.hostname, built.delivery->directory};
  built.sts_site = std::make_shared<web::StsPolicies const>(published_policies(settings));
  built.gate = std::move(gate);
  return built;
}

}  // namespace

BuiltConfig build_config(Settings const& settings, net::TicketKeys& tickets) {
  return build(settings, tickets, true);
}

BuiltConfig check_config(Settings const& settings) {
  net::TicketKeys tickets(settings.tls.ticket_lifetime);
  return build(settings, tickets, false);
}

}  // namespace postern::app

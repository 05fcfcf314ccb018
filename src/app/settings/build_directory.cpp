#include "app/settings/build_directory.hpp"

#include <fstream>
#include <set>

#include "app/settings/advice.hpp"
#include "base/ascii.hpp"
#include "net/ourselves.hpp"
#include "wire/path.hpp"

namespace postern::app {
namespace {

std::string domain_key(DomainSettings const& written) { return "domains.\"" + written.name + "\""; }

void add_mailbox(policy::LocalDomain& domain, std::string_view mailbox) {
  if (mailbox == "*")
    domain.any_mailbox = true;
  else
    domain.mailboxes.insert(lowered(mailbox));
}

// Mail for these names is what systems write about themselves: the postmaster gets it, unless the owner says
// otherwise.
void add_system_aliases(policy::LocalDomain& domain) {
  for (std::string const name : {"root", "mailer-daemon"})
    if (!domain.any_mailbox && !domain.mailboxes.contains(name) && !domain.aliases.contains(name))
      domain.aliases[name].emplace_back("postmaster", domain.name);
}

class DirectoryBuilder {
 public:
  DirectoryBuilder(Settings const& settings, Problems& problems) : settings_(settings), problems_(problems) {}

  policy::Directory build() {
    std::vector<policy::LocalDomain> domains;
    for (auto const& domain : settings_.live.domains)
      if (auto local = local_domain(domain)) domains.push_back(*std::move(local));
    auto const origin = Domain::parse(origin_of(settings_.live));
    for (auto& domain : domains)
      if (origin && domain.name == *origin) add_system_aliases(domain);
    policy::Directory directory(settings_.live.hostname, std::move(domains),
                                policy::OwnAddresses(net::interface_addresses()));
    for (auto const& domain : settings_.live.domains) check_aliases(domain, directory);
    return directory;
  }

 private:
  std::optional<policy::LocalDomain> local_domain(DomainSettings const& written) {
    auto name = Domain::parse(written.name);
    if (!name) {
      problems_.error(written.line, domain_key(written) + ": not a domain name");
      return std::nullopt;
    }
    if (!seen_.insert(name->a_label()).second)
      problems_.error(written.line, domain_key(written) + ": this domain is configured twice");
    policy::LocalDomain domain{*std::move(name), false, {}, {}, {}, written.require_tls};
    for (auto const& mailbox : written.mailboxes) {
      if (mailbox.find('@') != std::string::npos)
        problems_.error(written.line, domain_key(written) + ".mailboxes: \"" + mailbox +
                                          "\": write the local part alone, without the domain");
      add_mailbox(domain, mailbox);
    }
    if (!written.mailboxes_file.empty()) read_mailboxes(domain, written);
    for (auto const& [alias, targets] : written.aliases) add_alias(domain, written, alias, targets);
    auto const deliver = deliver_of(written);
    if (auto const* maildir = std::get_if<delivery::MaildirRoute>(&deliver);
        maildir != nullptr && written.deliver)
      check_template(maildir->path, written.line, domain_key(written) + ".deliver", problems_);
    domain.deliver = delivery::print(deliver);
    if (!domain.any_mailbox && domain.mailboxes.empty() && domain.aliases.empty())
      problems_.warn(domain_key(written) +
                     ": no mailboxes and no aliases: only mail for postmaster is taken");
    return domain;
  }

  delivery::Route deliver_of(DomainSettings const& written) const {
    if (!written.deliver)
      return delivery::MaildirRoute{settings_.data_directory() + "/mail/{domain}/{local}"};
    auto route = *written.deliver;
    if (auto* maildir = std::get_if<delivery::MaildirRoute>(&route))
      maildir->path = settings_.path(maildir->path);
    return route;
  }

  void add_alias(policy::LocalDomain& domain, DomainSettings const& written, std::string const& alias,
                 std::vector<std::string> const& targets) {
    for (auto const& target : targets) {
      auto address = wire::parse_mailbox(target);
      if (!address || address->host().empty())
        problems_.error(written.line, domain_key(written) + ".aliases." + alias + ": \"" + target +
                                          "\" is not a mail address");
      else
        domain.aliases[lowered(alias)].push_back(*std::move(address));
    }
  }

  void read_mailboxes(policy::LocalDomain& domain, DomainSettings const& written) {
    std::string const file = settings_.path(written.mailboxes_file);
    std::ifstream in(file);
    if (!in)
      return problems_.error(written.line,
                             domain_key(written) + ".mailboxes_file: " + file + " cannot be read");
    for (std::string line; std::getline(in, line);) {
      auto const mailbox = trimmed(std::string_view(line).substr(0, line.find('#')));
      if (!mailbox.empty()) add_mailbox(domain, mailbox);
    }
  }

  void check_aliases(DomainSettings const& written, policy::Directory const& directory) {
    auto const domain = Domain::parse(written.name);
    if (!domain) return;
    for (auto const& [alias, targets] : written.aliases) {
      std::string const where = domain_key(written) + ".aliases." + alias;
      auto const expanded = directory.expand(Address(alias, *domain));
      if (!expanded) {
        problems_.error(written.line,
                        where + ": goes through more than 10 aliases, or to more than 1,000 addresses");
        continue;
      }
      if (expanded->empty())
        problems_.error(written.line, where + ": leads back to itself and to no mailbox");
      for (auto const& target : *expanded)
        if (directory.standing(target) == policy::RecipientClass::unknown)
          problems_.error(written.line, where + ": \"" + target.print() + "\" is no mailbox here");
    }
  }

  Settings const& settings_;
  Problems& problems_;
  std::set<std::string> seen_;  // domains, as A-labels
};

}  // namespace

policy::Directory build_directory(Settings const& settings, Problems& problems) {
  return DirectoryBuilder(settings, problems).build();
}

}  // namespace postern::app

#include "app/settings/advice.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "app/settings/networks.hpp"
#include "base/ascii.hpp"
#include "wire/path.hpp"
#include "wire/report_uri.hpp"

namespace postern::app {
namespace {

bool is_one_address(Network const& network) {
  return network.prefix_length() == (network.is_v4() ? 32 : 128);
}

bool everybody_reads(std::string const& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

class Adviser {
 public:
  Adviser(Settings const& settings, policy::Directory const& directory, session::Passwords const* passwords,
          Problems& problems)
      : settings_(settings),
        live_(settings.live),
        directory_(directory),
        passwords_(passwords),
        problems_(problems) {}

  void look_at_everything() {
    look_at_relays();
    look_at_users();
    look_at_aliases();
    look_at_maildirs();
    look_at_notices();
    for (auto const& domain : live_.domains) look_at_reports_of(domain);
    look_at_secrets();
    look_at_queue_times();
  }

 private:
  bool has_listener(ListenRole role) const {
    return std::any_of(settings_.start.listen.begin(), settings_.start.listen.end(),
                       [role](auto const& listener) { return listener.role == role; });
  }

  void look_at_relays() {
    for (auto const& network : live_.relay_networks) {
      if (is_private(network) || is_one_address(network)) continue;
      std::string const where = "relay.networks: " + network.print();
      if (is_much_of_the_internet(network))
        problems_.error(0, where +
                               " holds much of the Internet: this is an open relay, and spam would be sent "
                               "through it. Users log in (auth.users_file)");
      else
        problems_.warn(where + " is a public network: whoever has an address in it may send to everybody");
    }
  }

  void look_at_users() {
    if (live_.users_file.empty() && !live_.may_send_as.empty())
      problems_.warn(
          "auth.may_send_as: nobody can log in, so that it allows nothing: name the users in "
          "auth.users_file");
    if (passwords_ == nullptr) return;
    std::string const where = "auth.users_file: ";
    if (!has_listener(ListenRole::submission))
      problems_.warn(where + "there is no listener with role = \"submission\" on which to log in");
    if (passwords_->empty()) problems_.warn(where + "it holds no user");
    for (auto const& name : passwords_->unusable())
      problems_.warn(
          where + "the hash of " + in_quotes(name) +
          " is none that crypt(3) makes, so that no password fits it; `openssl passwd -6` prints one");
    auto const names = passwords_->names();
    for (auto const& name : names)
      if (live_.senders == policy::Senders::own && !has_address(name))
        problems_.warn(where + in_quotes(name) +
                       " is no mailbox or alias here: say in auth.may_send_as as whom this user sends");
    for (auto const& user : users_with_grants())
      if (std::none_of(names.begin(), names.end(), [&](auto const& name) { return iequals(name, user); }))
        problems_.warn("auth.may_send_as: there is no user " + in_quotes(user));
  }

  std::vector<std::string> users_with_grants() const {
    std::vector<std::string> users;
    for (auto const& written : live_.may_send_as) {
      auto const text = trimmed(written);
      users.emplace_back(text.substr(0, text.find_first_of(" \t")));
    }
    return users;
  }

  bool has_address(std::string const& user) const {
    auto const granted = users_with_grants();
    if (std::any_of(granted.begin(), granted.end(), [&](auto const& name) { return iequals(name, user); }))
      return true;
    auto const exists = [this](Address const& address) {
      return directory_.standing(address) != policy::RecipientClass::unknown;
    };
    if (auto const address = wire::parse_mailbox(user); address && address->domain() != nullptr)
      return exists(*address);
    return std::any_of(live_.domains.begin(), live_.domains.end(), [&](DomainSettings const& domain) {
      auto const name = Domain::parse(domain.name);
      return name && exists(Address(user, *name));
    });
  }

  static std::string maildir_of(DomainSettings const& domain) {
    auto const* maildir = domain.deliver ? std::get_if<delivery::MaildirRoute>(&*domain.deliver) : nullptr;
    return maildir != nullptr ? maildir->path : std::string();
  }

  policy::LocalDomain const* local(DomainSettings const& domain) const {
    auto const name = Domain::parse(domain.name);
    return name ? directory_.find(Address("postmaster", *name)) : nullptr;
  }

  void look_at_maildirs() {
    for (auto domain = live_.domains.begin(); domain != live_.domains.end(); ++domain) {
      auto const path = maildir_of(*domain);
      auto const* here = local(*domain);
      if (path.empty() || here == nullptr) continue;
      std::string const where = "domains." + in_quotes(domain->name) + ".deliver: ";
      if (path.find("{local}") == std::string::npos && (here->any_mailbox || here->mailboxes.size() > 1))
        problems_.warn(where + "all mailboxes share one Maildir: the path lacks {local}");
      if (path.find("{domain}") != std::string::npos) continue;
      for (auto other = std::next(domain); other != live_.domains.end(); ++other)
        if (maildir_of(*other) == path && shares_mailboxes(*here, *other))
          problems_.warn(where + "mailboxes share a Maildir with those of " + other->name +
                         ": the path lacks {domain}");
    }
  }

  bool shares_mailboxes(policy::LocalDomain const& one, DomainSettings const& other_domain) const {
    auto const* other = local(other_domain);
    if (other == nullptr) return false;
    if (one.any_mailbox || other->any_mailbox) return true;
    return std::any_of(one.mailboxes.begin(), one.mailboxes.end(),
                       [&](auto const& name) { return other->mailboxes.contains(name); });
  }

  // Mail addresses are compared without regard to case, so that such aliases are one with all their targets.
  void look_at_aliases() {
    for (auto const& domain : live_.domains)
      for (auto one = domain.aliases.begin(); one != domain.aliases.end(); ++one)
        for (auto other = std::next(one); other != domain.aliases.end(); ++other)
          if (iequals(one->first, other->first))
            problems_.warn("domains." + in_quotes(domain.name) + ".aliases: " + in_quotes(one->first) +
                           " and " + in_quotes(other->first) +
                           " are one address, since case does not matter: its mail goes to the targets of "
                           "both");
  }

  bool is_missing_here(std::string_view text) const {
    auto const address = wire::parse_mailbox(text);
    return address && directory_.standing(*address) == policy::RecipientClass::unknown;
  }

  bool is_mailbox_here(std::string_view text) const {
    auto const address = wire::parse_mailbox(text);
    return address && directory_.standing(*address) == policy::RecipientClass::mailbox;
  }

  void look_at_notices() {
    auto const& notices = live_.notices;
    bool const anybody = std::any_of(live_.domains.begin(), live_.domains.end(), [this](auto const& domain) {
      auto const* here = local(domain);
      return here != nullptr && (here->any_mailbox || !here->mailboxes.empty());
    });
    for (auto const& mailbox : notices.mailboxes) {
      if (mailbox == "*" && !anybody)
        problems_.warn("notices.mailboxes = [\"*\"]: there is no mailbox here, so nobody gets a notice");
      if (mailbox != "*" && !is_mailbox_here(mailbox))
        problems_.warn("notices.mailboxes: " + in_quotes(mailbox) +
                       " is no mailbox here (aliases get none), so that it gets no notice");
    }
    if (is_missing_here(notices.postmaster))
      problems_.warn("notices.postmaster: " + in_quotes(notices.postmaster) + " is no mailbox here");
    bool const beside = has_listener(ListenRole::policy) || has_listener(ListenRole::milter);
    if (beside && !notices.mailboxes.empty() && notices.contact.empty())
      problems_.warn(
          "notices.contact: say whom to ask for an exemption. Notices name postmaster of the "
          "mailbox's domain otherwise, who must be reachable through your other MTA");
  }

  void look_at_reports_of(DomainSettings const& domain) {
    for (auto const& rua : domain.tlsrpt_rua) {
      if (!istarts_with(rua, "mailto:")) continue;
      auto const address = wire::mailto_address(rua);
      if (address && directory_.standing(*address) == policy::RecipientClass::unknown)
        problems_.warn("domains." + in_quotes(domain.name) + ".tlsrpt.rua: " + in_quotes(address->print()) +
                       " is no mailbox here: reports to it are refused");
    }
  }

  void look_at_secrets() {
    auto const look = [this](std::string const& key, std::string const& file) {
      if (!file.empty() && everybody_reads(settings_.path(file)))
        problems_.warn(key + ": every user of this system can read " + file + "; `chmod 640` it");
    };
    for (auto const& file : live_.tls.key) look("tls.key", file);
    look("send.key", live_.send.key);
    look("auth.users_file", live_.users_file);
    for (auto const& route : live_.routes)
      look("routes." + in_quotes(route.name) + ".password_file", route.password_file);
  }

  // A default beyond a short lifetime is no contradiction: its owner has not asked for it.
  void look_at_queue_times() {
    delivery::RetrySettings const usual;
    auto const& times = live_.retry;
    auto const compare = [&](char const* key, Duration time, Duration default_time, char const* so) {
      if (time == default_time || time < times.lifetime) return;
      problems_.warn("queue." + std::string(key) + " = " + in_quotes(print_duration(time)) +
                     " is not shorter than queue.lifetime = " + in_quotes(print_duration(times.lifetime)) +
                     ": " + so);
    };
    compare("first_retry", times.first, usual.first, "delivery is tried twice only");
    compare("max_retry", times.longest, usual.longest, "no wait is ever that long");
    compare("delay_notice", times.delay_notice, usual.delay_notice, "no sender is ever told of a delay");
  }

  Settings const& settings_;
  LiveSettings const& live_;
  policy::Directory const& directory_;
  session::Passwords const* passwords_;
  Problems& problems_;
};

}  // namespace

void advise(Settings const& settings, policy::Directory const& directory, session::Passwords const* passwords,
            Problems& problems) {
  Adviser(settings, directory, passwords, problems).look_at_everything();
}

void check_template(std::string const& path, int line, std::string const& where, Problems& problems) {
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
    auto const word = path.substr(open, path.find('}', open) - open + 1);
    if (word == "{domain}" || word == "{local}") continue;
    problems.error(line, where + ": " + in_quotes(word) + ": only {domain} and {local} are known in a path");
  }
}

}  // namespace postern::app

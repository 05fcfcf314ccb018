// The keys that sign for our domains: made, listed, replaced. The running server notices what changes.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <utility>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/server_settings.hpp"
#include "app/settings/key_directory.hpp"
#include "app/settings/published.hpp"
#include "base/domain.hpp"
#include "net/wall_clock.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::hours kept_retired{24 * 7};  // mail on its way is verified within that time

// "2026-11e"; with a number where there is one of this month already.
std::string new_selector(std::string const& month, char letter, std::set<std::string> const& taken) {
  std::string const first = month + letter;
  std::string selector = first;
  for (int number = 2; taken.contains(selector); ++number) selector = first + std::to_string(number);
  return selector;
}

std::string day_of_instant(Instant at) { return print_iso8601(at).substr(0, 10); }

std::vector<auth::KeyName> of_domain(std::vector<auth::KeyName> const& names, std::string const& domain) {
  std::vector<auth::KeyName> out;
  std::copy_if(names.begin(), names.end(), std::back_inserter(out),
               [&](auth::KeyName const& name) { return domain.empty() || name.domain == domain; });
  return out;
}

bool has_state(std::vector<auth::KeyName> const& names, auth::KeyState state) {
  return std::any_of(names.begin(), names.end(),
                     [state](auth::KeyName const& name) { return name.state == state; });
}

struct KeyPlace {
  std::string directory, data_directory;
};

int make_keys(KeyPlace const& place, std::string const& domain, std::vector<auth::KeyName> const& there) {
  std::set<std::string> taken;
  for (auto const& name : there) taken.insert(name.selector);
  auto const month = print_iso8601(net::wall_clock()).substr(0, 7);
  for (auto const& [type, letter] :
       {std::pair(auth::KeyType::ed25519, 'e'), std::pair(auth::KeyType::rsa, 'r')}) {
    auth::KeyName const name{
        .domain = domain, .selector = new_selector(month, letter, taken), .state = auth::KeyState::next};
    auto const pem = auth::new_signing_key(type);
    if (auto const written = write_key(place.directory, place.data_directory, name, pem); !written)
      return complain(written.error());
    auto const key = auth::read_signing_key(pem);
    std::printf("%s. TXT %s\n", name.record_name().c_str(), zone_strings((*key)->record()).c_str());
  }
  std::fprintf(stderr,
               "postern: publish these records; the running server takes the keys into use when it sees them "
               "in the DNS\n");
  return 0;
}

std::string state_in_words(KeyPlace const& place, auth::KeyName const& name) {
  auto const since = key_changed_at(place.directory, name);
  switch (name.state) {
    case auth::KeyState::next:
      return "next: made on " + day_of_instant(since) + ", used once seen in the DNS";
    case auth::KeyState::active: return "active since " + day_of_instant(since);
    case auth::KeyState::retired:
      return "retired on " + day_of_instant(since) + ": its file and its record may be deleted from " +
             day_of_instant(since + kept_retired) + " on";
  }
  return {};
}

int list_names(KeyPlace const& place, std::vector<auth::KeyName> const& names) {
  for (auto const& name : names)
    std::printf("%s  %s\n", name.record_name().c_str(), state_in_words(place, name).c_str());
  if (names.empty()) std::fprintf(stderr, "postern: there are no keys in %s\n", place.directory.c_str());
  return 0;
}

int act(DkimAction action, KeyPlace const& place, std::string const& domain,
        std::vector<auth::KeyName> const& names) {
  switch (action) {
    case DkimAction::list: return list_names(place, names);
    case DkimAction::make:
      if (!names.empty())
        return complain(domain + " has keys in " + place.directory + ": `postern dkim rotate` replaces them");
      return make_keys(place, domain, names);
    case DkimAction::rotate:
      if (names.empty()) return complain(domain + " has no keys yet: `postern dkim new` makes some");
      if (has_state(names, auth::KeyState::next))
        return complain("the next keys of " + domain + " are there already, and wait to be published");
      return make_keys(place, domain, names);
    case DkimAction::use:
      if (!has_state(names, auth::KeyState::next)) return complain(domain + " has no next keys");
      if (auto const taken = take_next_keys_into_use(place.directory, domain); !taken)
        return complain(taken.error());
      return 0;
  }
  return 1;
}

}  // namespace

int run_dkim(DkimOptions const& options) {
  auto const found = settings_of_server(options.config);
  if (found.code != 0) return found.code;
  KeyPlace const place{.directory = found.settings.key_directory(),
                       .data_directory = found.settings.data_directory()};
  if (place.directory.empty())
    return complain("dkim.keys is not set in " + found.settings.file +
                    ": it names the directory of the keys");
  std::string domain;
  if (!options.domain.empty()) {
    auto const parsed = Domain::parse(options.domain);
    if (!parsed) return complain(options.domain + ": not a domain name", 2);
    domain = parsed->a_label();
  }
  auto const names = list_keys(place.directory);
  bool const is_first = options.action == DkimAction::make && !names;
  if (!names && !is_first) return complain(names.error());
  return act(options.action, place, domain, names ? of_domain(*names, domain) : std::vector<auth::KeyName>{});
}

}  // namespace postern::app

#include "app/settings/settings_docs.hpp"

#include "app/settings/settings_table.hpp"

namespace postern::app {
namespace {

std::string section_of(std::string const& name) {
  auto const dot = name.find('.');
  return dot == std::string::npos ? std::string() : name.substr(0, dot);
}

std::string key_of(std::string const& name) {
  auto const dot = name.find('.');
  return dot == std::string::npos ? name : name.substr(dot + 1);
}

template <class Owner>
void add_comments(std::string& out, Key<Owner> const& key, Owner const& defaults, bool commented) {
  out += "# " + key.help + "\n# (" + key.type + "; " + std::string(print(key.reload)) + ")\n";
  out += (commented ? "#" : "") + (commented ? key.name : key_of(key.name)) + " = " + key.print(defaults) +
         "\n\n";
}

template <class Owner>
std::string table_of(std::span<Key<Owner> const> keys, Owner const& defaults) {
  std::string out = "| key | default | change | what |\n|---|---|---|---|\n";
  for (auto const& key : keys)
    out += "| `" + key.name + "` | `" + key.print(defaults) + "` | " + std::string(print(key.reload)) +
           " | " + key.help + " (" + key.type + ") |\n";
  return out;
}

std::string default_listeners() {
  std::string out;
  for (auto const& listener : default_settings().start.listen)
    out += (out.empty() ? "" : ", ") + listener.address;
  return out;
}

}  // namespace

std::string settings_as_toml() {
  Settings const defaults;
  std::string out = "# Every key of Postern's configuration, with its default.\n\n";
  std::string section;
  for (auto const& key : general_keys()) {
    if (section_of(key.name) != section) {
      section = section_of(key.name);
      out += "[" + section + "]\n";
    }
    add_comments(out, key, defaults, false);
  }
  out += "# A listener; as many as you like. Without one: 127.0.0.1:2525.\n#[[listen]]\n";
  for (auto const& key : listen_keys()) add_comments(out, key, ListenSettings{.address = "0.0.0.0:25"}, true);
  out +=
      "# A domain we take mail for. Without one: the host name's and localhost, any "
      "mailbox.\n#[domains.\"example.org\"]\n";
  for (auto const& key : domain_keys()) add_comments(out, key, DomainSettings{}, true);
  out +=
      "# Other addresses for mailboxes, here and elsewhere.\n#aliases = { \"info\" = "
      "[\"alice@example.org\", \"x@elsewhere.example\"] }\n\n"
      "# The route for a domain elsewhere (also \"*.example.net\"); \"*\" is for all the "
      "others.\n#[routes.\"*\"]\n";
  for (auto const& key : route_keys()) add_comments(out, key, RouteSettings{}, true);
  out +=
      "# A rule of your own (docs/rules.md); as many as you like, the first that matches "
      "decides.\n#[[rules]]\n";
  for (auto const& key : rule_keys()) add_comments(out, key, RuleSettings{}, true);
  out +=
      "# A content filter (docs/filters.md); as many as you like, they are asked in this "
      "order.\n#[[filters]]\n";
  for (auto const& key : filter_keys()) add_comments(out, key, FilterSettings{}, true);
  out +=
      "# Lists for rules: domains, \"*.domains\", addresses, networks, \"file:PATH\", \"sqlite:PATH:SELECT "
      "...\".\n#[lists]\n#partners = [\"bank.example\", \"file:partners.txt\"]\n";
  return out;
}

std::string settings_page() {
  std::string out =
      "# Configuration\n\n"
      "One TOML file: `postern serve --config FILE`, or else `$POSTERN_CONFIG`, or else "
      "/etc/postern/postern.toml. Without any, the defaults below hold. This "
      "page is printed by\n"
      "`postern config --markdown`; `postern config` prints the same as a file to start from, `postern check "
      "FILE` finds errors.\n"
      "Relative paths are relative to the file. Sizes are numbers or strings such as `\"50MiB\"`, times "
      "are seconds or strings such\n"
      "as `\"5m\"`.\n\n"
      "SIGHUP reads the file again. If it has an error, the configuration in use stays, and the error is "
      "logged. The column *change*\n"
      "says what a change of a key needs: `live` keys are taken over on SIGHUP, `restart` keys when the "
      "server starts; an event\n"
      "`restart-needed` in the log names those that have changed and wait.\n\n"
      "    hostname = \"mx.example.org\"\n"
      "    data_dir = \"/var/lib/postern\"\n"
      "    [[listen]]\n"
      "    address = \"0.0.0.0:25\"\n"
      "    [tls]\n"
      "    certificate = [\"cert.pem\"]\n"
      "    key = [\"key.pem\"]\n"
      "    [domains.\"example.org\"]\n"
      "    mailboxes = [\"alice\", \"bob\"]\n"
      "    aliases = { \"info\" = [\"alice@example.org\", \"x@elsewhere.example\"] }\n"
      "    deliver = \"maildir:/srv/mail/{domain}/{local}\"\n\n"
      "## General keys\n\nA name with a dot is a key in a section: `smtp.max_line` is `max_line` below "
      "`[smtp]`.\n\n";
  out += table_of(general_keys(), Settings{});
  out += "\n## Listeners: `[[listen]]`\n\nWithout any, the server listens on " + default_listeners() +
         ", as with `address` alone.\n\n" + table_of(listen_keys(), ListenSettings{});
  out +=
      "\n## Domains: `[domains.\"example.org\"]`\n\nWithout any, mail is taken for the host name and for "
      "localhost, for every local part, into Maildirs below data_dir.\n\n" +
      table_of(domain_keys(), DomainSettings{});
  out +=
      "\n`aliases = { \"info\" = [\"alice@example.org\", \"x@elsewhere.example\"] }`: other addresses of "
      "this domain, and where their "
      "mail goes.\nAliases may name aliases, ten deep; one that names itself means the mailbox of that name. "
      "A `+detail` behind a local "
      "part is\nignored when the mailbox is looked up. `postmaster` is taken in every domain; where there is "
      "no such mailbox or alias, the "
      "first\nmailbox gets its mail. If the host name is none of the domains, the first of them has its "
      "postmaster. Address literals\nare taken if they are addresses of this host's network interfaces, and "
      "stand for the host name.\n";
  out +=
      "\n## Routes to other domains: `[routes.\"example.net\"]`\n\nA domain's own rule goes before that of "
      "`\"*.example.net\"` (all "
      "its subdomains), which goes before `\"*\"`. Without a rule: the\nMX, opportunistic TLS.\n\n" +
      table_of(route_keys(), RouteSettings{});
  out += "\n## Rules: `[[rules]]`\n\nWhat they can ask for, and lists: docs/rules.md.\n\n" +
         table_of(rule_keys(), RuleSettings{});
  out +=
      "\n## Content filters: `[[filters]]`\n\nThey are asked in the order in which they are written: "
      "docs/filters.md.\n\n" +
      table_of(filter_keys(), FilterSettings{});
  out +=
      "\n## Renamed keys\n\nThe old name still works; `postern check` says that it is old.\n\n"
      "| old name | name |\n|---|---|\n";
  for (auto const& key : renamed_keys())
    out += "| `" + std::string(key.before) + "` | `" + std::string(key.name) + "` |\n";
  return out;
}

}  // namespace postern::app

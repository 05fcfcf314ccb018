#include "app/settings/settings_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

#include "app/settings/by_line.hpp"
#include "app/settings/settings_table.hpp"
#include "app/settings/toml_values.hpp"
#include "app/settings/why_not.hpp"
#include "base/ascii.hpp"
#include "base/byte_size.hpp"
#include "base/similar.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

constexpr std::size_t file_limit = 4U << 20;

RenamedKey const* find_renamed(std::string_view name) {
  auto const keys = renamed_keys();
  auto const found =
      std::find_if(keys.begin(), keys.end(), [&](auto const& key) { return key.before == name; });
  return found == keys.end() ? nullptr : &*found;
}

// Whether there is a key "name", or are keys "name.something".
template <class Owner>
bool is_known(std::span<Key<Owner> const> keys, std::string_view name) {
  return std::any_of(keys.begin(), keys.end(), [&](auto const& key) {
    return key.name == name || key.name.starts_with(std::string(name) + ".");
  });
}

template <class Owner>
std::vector<std::string> names_of(std::span<Key<Owner> const> keys) {
  std::vector<std::string> names;
  for (auto const& key : keys) names.push_back(key.name);
  return names;
}

// What newcomers to TOML write otherwise.
std::string hint_about(std::string_view description) {
  if (description.find("could not determine value type") != std::string_view::npos)
    return " (strings stand in quotes: hostname = \"mx.example.org\")";
  if (description.find("expected '='") != std::string_view::npos)
    return " (a key is written with =, as in threads = 4)";
  return {};
}

class Reader {
 public:
  Reader(SettingsRead& read, std::string file) : read_(read), file_(std::move(file)) {}

  void take(toml::table const& root) {
    for (auto const& [key, node] : root) {
      std::string const name(key.str());
      if (name == "listen")
        take_listeners(node);
      else if (name == "domains")
        take_domains(node);
      else if (name == "routes")
        take_routes(node);
      else if (name == "rules")
        take_rules(node);
      else if (name == "filters")
        take_filters(node);
      else if (name == "lists")
        take_lists(node);
      else if (!tell_of_misspelt_table(name, node))
        take_general(name, node);
    }
  }

 private:
  // A table of another name than all there are, if it is like one of these; its keys say nothing then.
  bool tell_of_misspelt_table(std::string const& name, toml::node const& node) {
    auto const* all = node.as_array();
    bool const is_array = all != nullptr && !all->empty() && all->is_homogeneous(toml::node_type::table);
    auto const tables = table_names();
    if ((!node.is_table() && !is_array) || std::find(tables.begin(), tables.end(), name) != tables.end())
      return false;
    auto const meant = did_you_mean(name, tables);
    if (meant.empty()) return false;
    error(node, name + ": there is no such table" + meant + "; `postern config` lists all");
    return true;
  }

  std::string where(toml::node const& at) const { return file_ + ":" + std::to_string(line_of(at)) + ": "; }
  void error(toml::node const& at, std::string const& what) { read_.errors.push_back(where(at) + what); }

  // `shown`: the key as it is written, for errors.
  template <class Owner>
  void set(std::span<Key<Owner> const> keys, Owner& owner, std::string const& shown, std::string const& name,
           toml::node const& node) {
    if (auto const* table = node.as_table()) {
      for (auto const& [key, inner] : *table)
        set(keys, owner, shown + "." + std::string(key.str()), name + "." + std::string(key.str()), inner);
      return;
    }
    auto const key = std::find_if(keys.begin(), keys.end(), [&](auto const& k) { return k.name == name; });
    if (key == keys.end())
      return error(node, shown + ": there is no such key" + did_you_mean(name, names_of(keys)) +
                             "; `postern config` lists all");
    auto const value = value_of(node);
    auto const taken = value ? key->set(owner, *value) : KeyOutcome(fail("not a " + key->type));
    if (!taken) error(node, shown + " = " + as_written(node) + ": " + taken.error());
  }

  void take_general(std::string const& name, toml::node const& node) {
    if (auto const* table = node.as_table()) {
      for (auto const& [key, inner] : *table) take_general(name + "." + std::string(key.str()), inner);
      return;
    }
    auto const* renamed = find_renamed(name);
    std::string const current = renamed != nullptr ? std::string(renamed->name) : name;
    if (!given_.insert(current).second)
      return error(node, name + ": " + current + " is given under its old name and under its new one");
    if (renamed != nullptr)
      read_.warnings.push_back(where(node) + name + ": this name is old, though it works: write " + current);
    set(general_keys(), read_.settings, name, current, node);
  }

  // [[name]]: an array of tables. `check` looks at each when all its keys are set.
  template <class Owner, class Check>
  void take_array(std::string const& name, std::string const& how, toml::node const& node,
                  std::span<Key<Owner> const> keys, std::vector<Owner>& into, Check check) {
    auto const* array = node.as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table))
      return error(node, name + ": " + how);
    for (auto const& item : *array) {
      Owner owner;
      owner.line = line_of(item);
      auto const& table = *item.as_table();
      auto const own_name = table["name"].value<std::string>();  // rules have one, listeners do not
      std::string const shown = own_name ? name + "." + in_quotes(*own_name) + "." : name + ".";
      for (auto const& [key, inner] : table)
        set(keys, owner, shown + std::string(key.str()), std::string(key.str()), inner);
      check(item, owner);
      into.push_back(std::move(owner));
    }
  }

  // [name."example.org"]: a table of tables by domain. `takes` takes the key `own_word`, which no row of the
  // table describes.
  template <class Owner, class Takes>
  void take_named(std::string const& name, std::string const& how, toml::node const& node,
                  std::span<Key<Owner> const> keys, std::vector<Owner>& into, std::string_view own_word,
                  Takes takes) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node, name + ": " + how);
    for (auto const& [key, inner] : *table) {
      Owner owner;
      owner.name = key.str();
      owner.line = line_of(inner);
      auto const* inside = inner.as_table();
      if (inside == nullptr) {
        error(inner, name + "." + in_quotes(owner.name) + ": not a table: write [" + name + "." +
                         in_quotes(owner.name) + "], and its keys below it");
        continue;
      }
      auto const known = [&](std::string_view word) { return word == own_word || is_known(keys, word); };
      if (owner.name.find('.') == std::string::npos &&
          tell_of_missing_quotes(name, owner.name, *inside, known))
        continue;
      std::string const shown = name + ".\"" + owner.name + "\".";
      for (auto const& [word, value] : *inside) {
        std::string const written(word.str());
        if (!own_word.empty() && written == own_word)
          takes(owner, value);
        else
          set(keys, owner, shown + written, written, value);
      }
      into.push_back(std::move(owner));
    }
  }

  // TOML reads the dots of a name without quotes as tables in tables: what is no key is a part of the name.
  template <class Known>
  bool tell_of_missing_quotes(std::string const& section, std::string const& name, toml::table const& table,
                              Known known) {
    bool any = false;
    for (auto const& [word, value] : table) {
      auto const* inside = value.as_table();
      if (inside == nullptr || known(word.str())) continue;
      any = true;
      std::string const whole = name + "." + std::string(word.str());
      if (!tell_of_missing_quotes(section, whole, *inside, known))
        error(value, section + "." + whole + ": write [" + section + ".\"" + whole +
                         "\"] (quotes keep the dots together)");
    }
    return any;
  }

  void take_listeners(toml::node const& node) {
    take_array("listen", "listeners are written [[listen]], each with an address", node, listen_keys(),
               read_.settings.start.listen, [this](toml::node const& item, ListenSettings const& listener) {
                 if (!net::Endpoint::parse(listener.address))
                   error(item, "listen.address = \"" + listener.address +
                                   "\": not an address with a port, such as \"0.0.0.0:25\"");
               });
  }

  void take_rules(toml::node const& node) {
    take_array("rules", "rules are written [[rules]], each with name, when and then", node, rule_keys(),
               read_.settings.live.rules, [](toml::node const&, RuleSettings const&) {});
  }

  void take_filters(toml::node const& node) {
    take_array("filters", "filters are written [[filters]], each with name, kind and url or socket", node,
               filter_keys(), read_.settings.live.filters, [](toml::node const&, FilterSettings const&) {});
  }

  void take_routes(toml::node const& node) {
    take_named("routes", "a route is written [routes.\"example.net\"]", node, route_keys(),
               read_.settings.live.routes, {}, [](RouteSettings const&, toml::node const&) {});
  }

  void take_domains(toml::node const& node) {
    take_named("domains", "a domain is written [domains.\"example.org\"]", node, domain_keys(),
               read_.settings.live.domains, "aliases",
               [this](DomainSettings& domain, toml::node const& value) { take_aliases(domain, value); });
  }

  void take_lists(toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node, "lists: write [lists], and in it partners = [\"bank.example\"]");
    for (auto const& [key, value] : *table) {
      std::string const name(key.str());
      if (auto entries = texts_of(value))
        read_.settings.live.lists.push_back({name, *std::move(entries), line_of(value)});
      else
        error(value, "lists." + name + ": not a list of strings, such as [\"bank.example\"]");
    }
  }

  void take_aliases(DomainSettings& domain, toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr)
      return error(node, "aliases: write aliases = { \"info\" = [\"alice@example.org\"] }");
    for (auto const& [key, value] : *table) {
      std::string const name(key.str());
      auto targets = texts_of(value);
      if (targets && !targets->empty())
        domain.aliases.emplace_back(name, *std::move(targets));
      else
        error(value, "aliases." + name + ": not a list of addresses, such as [\"alice@example.org\"]");
    }
  }

  SettingsRead& read_;
  std::string file_;
  std::set<std::string> given_;  // general keys, under their present names
};

}  // namespace

SettingsRead parse_settings(std::string_view text, std::string const& file) {
  SettingsRead read;
  read.settings.file = file;
  read.settings.base = std::filesystem::path(file).parent_path().string();
  try {
    Reader(read, file).take(toml::parse(text, file));
  } catch (toml::parse_error const& error) {
    read.errors.push_back(file + ":" + std::to_string(error.source().begin.line) + ": " +
                          std::string(error.description()) + hint_about(error.description()));
  }
  sort_by_line(read.errors, file);  // TOML's tables are in order of their keys
  sort_by_line(read.warnings, file);
  complete(read.settings);
  return read;
}

SettingsRead read_settings(std::string const& file) {
  auto const cannot = [&](std::string const& why) { return SettingsRead{.errors = {file + ": " + why}}; };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return cannot("this is a directory, not a configuration file");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return cannot("the configuration cannot be read: " + why_not(errno));
  std::string text(file_limit + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.eof() || text.size() > file_limit)
    return cannot("the configuration cannot be read to its end, or is larger than " +
                  print_byte_size(file_limit));
  return parse_settings(text, file);
}

SettingsRead settings_from(std::string const& file) {
  return file.empty() ? SettingsRead{.settings = default_settings()} : read_settings(file);
}

}  // namespace postern::app

#include "app/settings/settings_file.hpp"

#include <toml++/toml.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/settings/settings_table.hpp"
#include "base/ascii.hpp"
#include "net/listener.hpp"

namespace postern::app {
namespace {

constexpr std::size_t file_limit = 4U << 20;

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
      else if (name == "lists")
        take_lists(node);
      else
        take_general(name, node);
    }
  }

 private:
  void error(toml::node const& at, std::string const& what) {
    read_.errors.push_back(file_ + ":" + std::to_string(at.source().begin.line) + ": " + what);
  }

  static std::optional<SettingValue> value_of(toml::node const& node) {
    if (auto const* text = node.as_string()) return SettingValue(text->get());
    if (auto const* number = node.as_integer()) return SettingValue(number->get());
    if (auto const* flag = node.as_boolean()) return SettingValue(flag->get());
    if (auto const* array = node.as_array()) {
      std::vector<std::string> items;
      for (auto const& item : *array) {
        if (!item.is_string()) return std::nullopt;
        items.push_back(item.as_string()->get());
      }
      return SettingValue(std::move(items));
    }
    return std::nullopt;
  }

  static std::string as_written(toml::node const& node) {
    std::ostringstream out;
    node.visit([&](auto const& n) { out << n; });
    return out.str();
  }

  // Whether there are keys "name.something".
  template <class Owner>
  static bool is_section(std::span<Key<Owner> const> keys, std::string_view name) {
    return std::any_of(keys.begin(), keys.end(), [&](auto const& key) {
      return key.name.size() > name.size() && key.name.compare(0, name.size(), name) == 0 &&
             key.name[name.size()] == '.';
    });
  }

  template <class Owner>
  void set(std::span<Key<Owner> const> keys, Owner& owner, std::string const& shown, std::string const& name,
           toml::node const& node) {
    if (auto const* table = node.as_table()) {
      for (auto const& [key, inner] : *table)
        set(keys, owner, shown, name + "." + std::string(key.str()), inner);
      return;
    }
    auto const key = std::find_if(keys.begin(), keys.end(), [&](auto const& k) { return k.name == name; });
    if (key == keys.end())
      return error(node, shown + name + ": there is no such key; `postern config` lists all");
    auto const value = value_of(node);
    auto const taken =
        value ? key->set(owner, *value) : Result<void, std::string>(fail("not a " + key->type));
    if (!taken) error(node, shown + name + " = " + as_written(node) + ": " + taken.error());
  }

  void take_general(std::string const& name, toml::node const& node) {
    set(general_keys(), read_.settings, "", name, node);
  }

  void take_listeners(toml::node const& node) {
    auto const* array = node.as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table))
      return error(node, "listen: listeners are written [[listen]], each with an address");
    for (auto const& item : *array) {
      ListenSettings listener;
      listener.line = static_cast<int>(item.source().begin.line);
      for (auto const& [key, inner] : *item.as_table())
        set(listen_keys(), listener, "listen.", std::string(key.str()), inner);
      if (!net::Endpoint::parse(listener.address))
        error(item, "listen.address = \"" + listener.address +
                        "\": not an address with a port, such as \"0.0.0.0:25\"");
      read_.settings.listen.push_back(std::move(listener));
    }
  }

  void take_domains(toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node, "domains: a domain is written [domains.\"example.org\"]");
    for (auto const& [key, inner] : *table) {
      DomainSettings domain;
      domain.name = key.str();
      domain.line = static_cast<int>(inner.source().begin.line);
      auto const* keys = inner.as_table();
      if (keys == nullptr) {
        error(inner, "domains." + domain.name + ": write [domains.\"" + domain.name +
                         "\"] (quotes keep the dots together)");
        continue;
      }
      for (auto const& [name, value] : *keys) {
        if (name.str() == "aliases")
          take_aliases(domain, value);
        else if (value.is_table() && !is_section(domain_keys(), name.str()))  // no quotes around its name
          error(value, "domains." + domain.name + "." + std::string(name.str()) + ": write [domains.\"" +
                           domain.name + "." + std::string(name.str()) +
                           "\"] (quotes keep the dots together)");
        else
          set(domain_keys(), domain, "domains.\"" + domain.name + "\".", std::string(name.str()), value);
      }
      read_.settings.domains.push_back(std::move(domain));
    }
  }

  void take_routes(toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node, "routes: a way is written [routes.\"example.net\"]");
    for (auto const& [key, inner] : *table) {
      RouteSettings route;
      route.name = key.str();
      route.line = static_cast<int>(inner.source().begin.line);
      auto const* keys = inner.as_table();
      if (keys == nullptr) {
        error(inner, "routes." + route.name + ": write [routes.\"" + route.name +
                         "\"] (quotes keep the dots together)");
        continue;
      }
      for (auto const& [name, value] : *keys)
        set(route_keys(), route, "routes.\"" + route.name + "\".", std::string(name.str()), value);
      read_.settings.routes.push_back(std::move(route));
    }
  }

  void take_rules(toml::node const& node) {
    auto const* array = node.as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table))
      return error(node, "rules: rules are written [[rules]], each with name, when and then");
    for (auto const& item : *array) {
      RuleSettings rule;
      rule.line = static_cast<int>(item.source().begin.line);
      for (auto const& [key, inner] : *item.as_table())
        set(rule_keys(), rule, "rules.", std::string(key.str()), inner);
      read_.settings.rules.push_back(std::move(rule));
    }
  }

  void take_lists(toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr) return error(node, "lists: write [lists], and in it partners = [\"bank.example\"]");
    for (auto const& [key, value] : *table) {
      auto const entries = value_of(value);
      auto const* list = entries ? std::get_if<std::vector<std::string>>(&*entries) : nullptr;
      if (list == nullptr)
        error(value, "lists." + std::string(key.str()) + ": not a list of texts, such as [\"bank.example\"]");
      else
        read_.settings.lists.push_back(
            {std::string(key.str()), *list, static_cast<int>(value.source().begin.line)});
    }
  }

  void take_aliases(DomainSettings& domain, toml::node const& node) {
    auto const* table = node.as_table();
    if (table == nullptr)
      return error(node, "aliases: write aliases = { \"info\" = [\"alice@example.org\"] }");
    for (auto const& [key, value] : *table) {
      auto const targets = value_of(value);
      auto const* list = targets ? std::get_if<std::vector<std::string>>(&*targets) : nullptr;
      if (list == nullptr || list->empty())
        error(value, "aliases." + std::string(key.str()) +
                         ": not a list of addresses, such as [\"alice@example.org\"]");
      else
        domain.aliases.emplace_back(key.str(), *list);
    }
  }

  SettingsRead& read_;
  std::string file_;
};

std::string system_hostname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || !Domain::parse(name.data())) return "localhost";
  return lowered(name.data());
}

}  // namespace

std::string Settings::drop_directory() const {
  return path(drop.directory.empty() ? data_dir + "/drop" : drop.directory);
}

std::string Settings::path(std::string const& written) const {
  if (written.empty() || written.front() == '/' || base.empty()) return written;
  return base + "/" + written;
}

SettingsRead parse_settings(std::string_view text, std::string const& file) {
  SettingsRead read;
  read.settings.file = file;
  read.settings.base = std::filesystem::path(file).parent_path().string();
  try {
    Reader(read, file).take(toml::parse(text, file));
  } catch (toml::parse_error const& error) {
    read.errors.push_back(file + ":" + std::to_string(error.source().begin.line) + ": " +
                          std::string(error.description()));
  }
  complete(read.settings);
  return read;
}

SettingsRead read_settings(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  if (in) {
    text.resize(file_limit + 1);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof() || std::filesystem::is_directory(file) || text.size() > file_limit) {
    SettingsRead read;
    read.errors.push_back(file + ": cannot be read as a configuration file");
    return read;
  }
  return parse_settings(text, file);
}

Settings default_settings() {
  Settings settings;
  complete(settings);
  return settings;
}

namespace {

DomainSettings any_mailbox_at(std::string const& name) {
  DomainSettings domain;
  domain.name = name;
  domain.mailboxes = {"*"};
  return domain;
}

}  // namespace

void complete(Settings& settings) {
  if (settings.hostname.empty()) settings.hostname = system_hostname();
  settings.smtp.hostname = settings.hostname;
  std::string const data = settings.path(settings.data_dir);
  if (settings.listen.empty())
    settings.listen.push_back({"127.0.0.1:2525", "mx", policy::ListenerTls::starttls, {}, 0});
  if (settings.domains.empty()) {
    settings.domains.push_back(any_mailbox_at(settings.hostname));
    if (settings.hostname != "localhost") settings.domains.push_back(any_mailbox_at("localhost"));
  }
  for (auto& domain : settings.domains)
    if (domain.deliver.empty()) domain.deliver = "maildir:" + data + "/mail/{domain}/{local}";
}

}  // namespace postern::app

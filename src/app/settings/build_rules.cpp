#include "app/settings/build_rules.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "app/settings/fingerprints.hpp"
#include "app/settings/parsed_values.hpp"
#include "base/ascii.hpp"
#include "policy/decided_by.hpp"
#include "policy/fact_names.hpp"
#include "store/sqlite.hpp"

namespace postern::app {
namespace {

constexpr std::string_view file_prefix = "file:", sqlite_prefix = "sqlite:";

std::string file_of(Settings const& settings, std::string_view entry) {
  if (entry.starts_with(file_prefix)) return settings.path(std::string(entry.substr(file_prefix.size())));
  if (!entry.starts_with(sqlite_prefix)) return {};
  entry.remove_prefix(sqlite_prefix.size());
  return settings.path(std::string(entry.substr(0, entry.find(':'))));
}

Result<void, std::string> add_file(policy::List& list, std::string const& file) {
  std::ifstream in(file);
  if (!in) return fail(file + ": cannot be read");
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    auto const entry = trimmed(std::string_view(line).substr(0, line.find('#')));
    if (entry.empty()) continue;
    if (auto const added = list.add(entry); !added)
      return fail(file + ":" + std::to_string(number) + ": " + added.error());
  }
  return {};
}

// "sqlite:PATH:SELECT domain FROM partners": the first column of each row.
Result<void, std::string> add_query(policy::List& list, std::string const& file, std::string_view entry) {
  auto const colon = entry.find(':', sqlite_prefix.size());
  if (colon == std::string_view::npos)
    return fail(std::string("write \"sqlite:FILE:SELECT column FROM table\""));
  auto database = store::Database::open(file, store::OpenMode::read_only);
  if (!database) return fail(database.error());
  auto rows = store::Statement::prepare(*database, entry.substr(colon + 1));
  if (!rows) return fail(file + ": " + rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return fail(file + ": " + row.error());
    if (!*row) return {};
    if (auto const added = list.add(rows->text(0)); !added) return fail(file + ": " + added.error());
  }
}

bool is_identifier(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

policy::Lists build_lists(Settings const& settings, OnSettingError const& error) {
  policy::Lists lists;
  for (auto const& written : settings.live.lists) {
    std::string const where = "lists." + written.name;
    if (!is_identifier(written.name)) error(written.line, where + ": a name is letters, digits and _");
    if (policy::find_fact(written.name) != nullptr || policy::is_fact_group(written.name))
      error(written.line, where + ": this is the name of a fact");
    auto list = std::make_shared<policy::List>();
    for (auto const& entry : written.entries) {
      auto const file = file_of(settings, entry);
      auto const added = file.empty()                       ? list->add(entry)
                         : entry.starts_with(sqlite_prefix) ? add_query(*list, file, entry)
                                                            : add_file(*list, file);
      if (!added) error(written.line, where + ": " + added.error());
    }
    lists.emplace(written.name, std::move(list));
  }
  return lists;
}

// "450 4.7.10 text", "4.7.10 text" or "text". Nothing: the set of rules chooses what fits the rule.
Result<wire::Reply, std::string> parse_rule_reply(std::string_view written, policy::Effect then) {
  bool const defers = then == policy::Effect::defer;
  char const wanted = defers ? '4' : '5';
  wire::Reply reply{
      static_cast<std::uint16_t>(defers ? 450 : 550), {static_cast<std::uint8_t>(defers ? 4 : 5), 7, 1}, {}};
  bool const refuses = then == policy::Effect::defer || then == policy::Effect::reject;
  auto rest = trimmed(written);
  if (rest.empty()) return wire::Reply{};
  auto const word = [&] { return rest.substr(0, rest.find(' ')); };
  auto const take = [&] { rest = trimmed(rest.substr(word().size())); };
  if (auto const code = word(); code.size() == 3 && std::all_of(code.begin(), code.end(), is_digit)) {
    if (code.front() != wanted)
      return fail(std::string("its code begins with ") + wanted + " to " + (defers ? "defer" : "reject"));
    reply.code = static_cast<std::uint16_t>((code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0'));
    take();
  }
  std::size_t length = 0;
  if (auto const status = wire::EnhancedStatus::parse(word(), length); status && length == word().size()) {
    if (refuses && status->klass != wanted - '0')
      return fail(std::string("its status begins with ") + wanted + " to " + (defers ? "defer" : "reject"));
    reply.status = *status;
    take();
  }
  reply.text = printable(rest, 400);
  if (reply.text.empty() && refuses)
    reply.text = defers ? "Please try again later" : "Refused by a rule of this server";
  return reply;
}

policy::Rule build_rule(RuleSettings const& written, OnSettingError const& error) {
  std::string const where = "rules." + in_quotes(written.name);
  policy::Rule rule{written.name, written.when,    written.then,
                    {},           written.rollout, print_deliver_to(written.deliver_to)};
  if (written.name.empty() || written.name != printable(written.name, 100))
    error(written.line, where + ": a name is up to 100 printable characters");
  if (policy::is_reserved_rule_name(written.name))
    error(written.line, where + ": this name belongs to the built-in rules; choose another");
  if (auto reply = parse_rule_reply(written.reply, written.then))
    rule.reply = *std::move(reply);
  else
    error(written.line, where + ".reply = " + in_quotes(written.reply) + ": " + reply.error());
  if (written.deliver_to && written.then != policy::Effect::flag)
    error(written.line, where + ".deliver_to: only flagged mail is delivered elsewhere");
  return rule;
}

}  // namespace

std::shared_ptr<policy::RuleSet const> build_rules(Settings const& settings, OnSettingError const& error) {
  auto lists = build_lists(settings, error);
  std::vector<policy::Rule> rules;
  for (auto const& written : settings.live.rules) {
    rules.push_back(build_rule(written, error));
    for (auto const& other : rules)
      if (&other != &rules.back() && other.name == written.name)
        error(written.line, "rules." + in_quotes(written.name) + ": there are two of this name");
  }
  if (rules.empty()) return nullptr;
  auto compiled = policy::RuleSet::compile(std::move(rules), std::move(lists));
  if (compiled) return *compiled;
  for (auto const& problem : compiled.error()) {
    auto const& rule = settings.live.rules[problem.rule];
    error(rule.line, "rules." + in_quotes(rule.name) + ".when: " + problem.what);
  }
  return nullptr;
}

std::unordered_map<std::string, policy::Pin> build_pins(Settings const& settings,
                                                        OnSettingError const& error) {
  std::unordered_map<std::string, policy::Pin> pins;
  for (auto const& written : settings.live.pins) {
    std::string_view const text = trimmed(written);
    auto const domain = Domain::parse(text.substr(0, text.find(' ')));
    auto const what = trimmed(text.substr(std::min(text.size(), text.find(' '))));
    std::string const where = "tls.pins: " + in_quotes(written);
    if (!domain) {
      error(0, where + ": it begins with no domain name");
      continue;
    }
    auto& pin = pins[domain->a_label()];
    if (what.starts_with("learn:")) {
      auto const time = parse_duration(what.substr(6));
      if (!time || *time <= Duration{}) error(0, where + ": write learn:14d");
      pin.learn_after = time.value_or(Duration{});
    } else if (what.starts_with("name:")) {
      pin.names.insert(lowered(what.substr(5)));
    } else if (auto fingerprint = normal_fingerprint(what); !fingerprint.empty()) {
      pin.fingerprints.insert(std::move(fingerprint));
    } else {
      error(0,
            where + ": behind the domain comes a SHA-256 (64 hexadecimal digits), name:HOST or learn:TIME");
    }
  }
  return pins;
}

std::string state_of_list_files(Settings const& settings) {
  std::string state;
  for (auto const& list : settings.live.lists)
    for (auto const& entry : list.entries) {
      auto const file = file_of(settings, entry);
      if (file.empty()) continue;
      for (auto const* suffix : {"", "-wal"}) {  // SQLite's log changes before its file does
        struct stat info {};
        if (::stat((file + suffix).c_str(), &info) != 0) continue;
        state += file + suffix + " " + std::to_string(info.st_ino) + " " + std::to_string(info.st_size) +
                 " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) +
                 "\n";
      }
    }
  return state;
}

}  // namespace postern::app

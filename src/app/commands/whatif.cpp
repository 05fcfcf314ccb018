#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/commands/write_extract.hpp"
#include "app/inputs/progress.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "app/inputs/terminal.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/settings_file.hpp"
#include "base/counted.hpp"
#include "base/similar.hpp"
#include "policy/rules.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/replay/replay.hpp"
#include "whatif/reports/csv_report.hpp"
#include "whatif/reports/html_report.hpp"
#include "whatif/reports/json_report.hpp"
#include "whatif/reports/recommend.hpp"
#include "whatif/reports/text_report.hpp"

namespace postern::app {
namespace {

constexpr int no_answer = 2;

Instant now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

// "30d" before now, "2026-11-01", "2026-11-01T12:00:00Z".
std::optional<Instant> parse_when(std::string const& text, Duration utc_offset) {
  if (auto const span = parse_duration(text)) return now() - *span;
  auto written = text.size() == 10 ? text + " 00:00:00" : text;
  std::string_view view = written;
  auto const at = whatif::LogClock(now(), utc_offset).take_iso(view);
  return at && view.empty() ? at : std::nullopt;
}

Duration local_utc_offset() {
  std::time_t const seconds = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return std::chrono::seconds(local.tm_gmtoff);
}

int wrong(std::string const& what) {
  tell_user(what);
  return no_answer;
}

// For somebody who does not know yet where his mail server logs.
std::string where_logs_are() {
  return "give the logs or mailboxes of your mail server:\n"
         "  postern whatif /var/log/mail.log*                            (Postfix, Exim: "
         "/var/log/exim4/mainlog*)\n"
         "  journalctl -o export -u postfix@- | postern whatif -         (without such a file, as on Debian "
         "12)\n"
         "  postern whatif ~/Maildir                                     (or an mbox, or Postern's facts.db)";
}

Result<policy::Policy, std::string> policy_from(std::string const& file) {
  auto read = read_settings(file);
  if (!read.errors.empty()) return fail(read.errors.front());
  auto built = check_config(read.settings);
  if (!built.errors.empty()) return fail(built.errors.front());
  return built.gate->policy;
}

bool requires_tls(policy::Policy const& policy) {
  return policy.tls != policy::TlsRequirement::never || policy.directory.requires_tls();
}

// A configuration of the gate: what it requires as it stands, and each of its rules as if enforced on all.
Result<void, std::string> add_rules_of(std::string const& file, std::vector<whatif::Rule>& rules) {
  auto policy = policy_from(file);
  if (!policy) return fail(policy.error());
  auto const count = policy->rules ? policy->rules->rules().size() : 0;
  if (count == 0 || requires_tls(*policy)) {
    rules.push_back(whatif::whole_policy(file, *policy));
    rules.back().breaks_rfc3207 = requires_tls(*policy);
  }
  for (std::size_t i = 0; i < count; ++i) rules.push_back(whatif::owner_rule(*policy, i));
  return {};
}

std::string meant_rule(std::string const& text, policy::Policy const* policy) {
  std::vector<std::string> words;
  for (auto const name : whatif::usual_rules()) words.emplace_back(name);
  if (policy != nullptr && policy->rules)
    for (auto const& rule : policy->rules->rules()) words.push_back(rule.name);
  auto const meant = did_you_mean(text, words);
  return meant.empty() ? did_you_mean(text.substr(0, text.find(' ')), words) : meant;
}

// A built-in rule, or one of the configuration's.
Result<whatif::Rule, std::string> rule_named(std::string const& text, policy::Policy const* policy) {
  if (policy != nullptr && policy->rules) {
    auto const& known = policy->rules->rules();
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].name == text) return whatif::owner_rule(*policy, i);
  }
  auto rule = whatif::parse_rule(text);
  if (!rule) return fail(rule.error() + meant_rule(text, policy));
  if (policy != nullptr) rule->policy.memory = policy->memory;
  return rule;
}

Result<std::vector<whatif::Rule>, std::string> rules_of(WhatIfOptions const& options) {
  std::vector<whatif::Rule> rules;
  std::optional<policy::Policy> configured;
  if (!options.config.empty()) {
    auto policy = policy_from(options.config);
    if (!policy) return fail(policy.error());
    configured = *std::move(policy);
  }
  for (auto const& text : options.rules) {
    auto rule = rule_named(text, configured ? &*configured : nullptr);
    if (!rule) return fail(rule.error());
    rules.push_back(*std::move(rule));
  }
  for (auto const& file : options.rule_files)
    if (auto const added = add_rules_of(file, rules); !added) return fail(added.error());
  if (rules.empty())
    for (auto const name : whatif::usual_rules()) rules.push_back(*whatif::parse_rule(name));
  if (rules.size() > whatif::Replay::most_rules)
    return fail("more than " + std::to_string(whatif::Replay::most_rules) + " rules");
  return rules;
}

bool is_asked_for(WhatIfOptions const& options, std::string_view part) {
  return std::find(options.by.begin(), options.by.end(), part) != options.by.end();
}

whatif::SourceSettings source_settings_of(WhatIfOptions const& options,
                                          std::vector<whatif::Rule> const& rules) {
  whatif::SourceSettings settings;
  settings.utc_offset = local_utc_offset();
  settings.border = options.border;
  settings.wants_recipients =
      is_asked_for(options, "recipient") || !options.extract.empty() ||
      std::any_of(rules.begin(), rules.end(), [](auto const& rule) { return rule.asks_recipients; });
  return settings;
}

Result<std::optional<Instant>, std::string> time_given(std::string const& text, Duration utc_offset) {
  if (text.empty()) return std::optional<Instant>();
  auto const at = parse_when(text, utc_offset);
  if (!at) return fail(text + ": not a time such as 30d, 2026-11-01 or 2026-11-01T12:00:00Z");
  return at;
}

Result<std::optional<whatif::Countries>, std::string> countries_of(WhatIfOptions const& options) {
  if (!is_asked_for(options, "country")) return std::optional<whatif::Countries>();
  if (options.countries.empty())
    return fail(std::string("--by country needs --countries FILE: a table of networks and their countries"));
  std::ifstream in(options.countries, std::ios::binary);
  std::string const table((std::istreambuf_iterator<char>(in)), {});
  if (!in.is_open() || in.bad()) return fail(options.countries + ": cannot be read");
  auto countries = whatif::Countries::parse(table);
  if (!countries) return fail(options.countries + ": " + countries.error());
  return std::optional<whatif::Countries>(*std::move(countries));
}

Result<whatif::ReplaySettings, std::string> replay_settings_of(WhatIfOptions const& options,
                                                               Duration utc_offset) {
  whatif::ReplaySettings settings;
  for (auto const& text : options.internal) {
    auto const network = Network::parse(text);
    if (!network) return fail("--internal " + text + ": not a network such as 192.0.2.0/24");
    settings.internal.push_back(*network);
  }
  auto const since = time_given(options.since, utc_offset);
  if (!since) return fail(since.error());
  auto const until = time_given(options.until, utc_offset);
  if (!until) return fail(until.error());
  settings.since = *since;
  settings.until = *until;
  auto const retry_time = parse_duration(options.retry_time);
  if (!retry_time) return fail("--retry-time " + options.retry_time + ": not a time such as 5d");
  settings.retry_time = *retry_time;
  settings.shown = {.backtest = options.backtest,
                    .by_recipient = is_asked_for(options, "recipient"),
                    .by_network = is_asked_for(options, "network"),
                    .by_country = is_asked_for(options, "country")};
  auto countries = countries_of(options);
  if (!countries) return fail(countries.error());
  settings.countries = *std::move(countries);
  return settings;
}

bool write_file(std::string const& path, std::string const& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) tell_user(path + ": cannot be written");
  return static_cast<bool>(out);
}

// Why there is no answer, as far as the counts tell.
std::string reason_for_nothing(whatif::Answer const& answer) {
  std::string out = "no message from outside was found";
  if (auto const left = whatif::not_counted(answer); !left.empty()) out += ": there were " + left;
  for (auto const& note : answer.notes) out += "\n  " + note;
  for (auto const& source : answer.sources) {
    if (source.messages > 0) continue;
    out += "\n  " + source.name + ": " + source.kind + ", " + counted(source.lines, "line") +
           ", none of them about a message that was accepted (" + std::to_string(source.skipped) +
           " not understood)";
    for (auto const& note : source.notes) out += "\n    " + note;
  }
  return out;
}

// Of a rule about the mail of a domain of which there is none; empty: all rules have an answer.
std::string rule_about_nobody(whatif::Answer const& answer) {
  for (auto const& rule : answer.rules) {
    if (rule.scope.is_seen) continue;
    bool const to = rule.scope.side == whatif::Scope::Side::recipients;
    auto out = rule.rule + ": no message " + (to ? "for " : "from ") + rule.scope.domain + " was found";
    if (!rule.scope.nearest.empty()) out += "; did you mean " + rule.scope.nearest + "?";
    return out;
  }
  return {};
}

}  // namespace

int run_whatif(WhatIfOptions const& options) {
  if (options.inputs.empty()) return wrong(where_logs_are());
  auto rules = rules_of(options);
  if (!rules) return wrong(rules.error());
  auto const settings = source_settings_of(options, *rules);
  auto replay_settings = replay_settings_of(options, settings.utc_offset);
  if (!replay_settings) return wrong(replay_settings.error());
  auto const format = whatif::parse_format(options.format);
  if (!options.format.empty() && !format)
    return wrong("--format " + options.format + ": no such format; there are " + whatif::format_names());

  auto opened = open_inputs(options.inputs, format, settings);
  if (opened.readers.empty()) return wrong("no source could be read; " + where_logs_are());
  if (options.explain)
    for (auto const& reader : opened.readers) tell_user(reader->grounds());

  if (!options.extract.empty()) return write_extract(options, replay_settings->internal, opened);

  whatif::Replay replay(*std::move(rules), *std::move(replay_settings));
  {
    Progress progress(opened.bytes);
    replay_inputs(opened.readers, replay, [&](std::uint64_t bytes) { progress.tell(bytes); });
  }
  auto answer = replay.answer();
  for (auto const& reader : opened.readers) answer.sources.push_back(reader->answer());
  std::sort(answer.sources.begin(), answer.sources.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  if (answer.unknown > answer.messages / 2 && answer.messages > 0)
    answer.notes.push_back("Of more than half of the messages it is unknown whether they came over TLS. " +
                           whatif::how_sources_would_tell_tls(answer));
  if (answer.messages == 0) return wrong(reason_for_nothing(answer));
  if (auto const why = rule_about_nobody(answer); !why.empty()) return wrong(why);

  bool complete = were_all_read(opened.readers);
  if (!options.html.empty())
    complete = write_file(options.html, whatif::html_report(answer, print_iso8601(now()))) && complete;
  if (!options.csv.empty()) complete = write_file(options.csv, whatif::csv_report(answer)) && complete;
  auto const text = options.json ? whatif::json_report(answer, {.examples = options.explain_skipped})
                                 : whatif::text_report(answer, {.colours = wants_colours(),
                                                                .width = columns_of_output(),
                                                                .explain_skipped = options.explain_skipped});
  std::fwrite(text.data(), 1, text.size(), stdout);
  return complete ? 0 : 1;
}

}  // namespace postern::app

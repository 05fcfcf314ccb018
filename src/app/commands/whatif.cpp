#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "app/settings/build_config.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/fixed_random.hpp"
#include "app/settings/settings_file.hpp"
#include "app/inputs/progress.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "policy/rules.hpp"
#include "whatif/reports/csv_report.hpp"
#include "whatif/reports/html_report.hpp"
#include "whatif/reports/json_report.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/reports/recommend.hpp"
#include "whatif/replay/replay.hpp"
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
  std::fprintf(stderr, "postern: %s\n", what.c_str());
  return no_answer;
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

// A built-in rule, or one of the configuration's.
Result<whatif::Rule, std::string> rule_named(std::string const& text, policy::Policy const* policy) {
  if (policy != nullptr && policy->rules) {
    auto const& known = policy->rules->rules();
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i].name == text) return whatif::owner_rule(*policy, i);
  }
  auto rule = whatif::parse_rule(text);
  if (rule && policy != nullptr) rule->policy.memory = policy->memory;
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

bool write_file(std::string const& path, std::string const& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) std::fprintf(stderr, "postern: %s: cannot be written\n", path.c_str());
  return static_cast<bool>(out);
}

// Why there is no answer, as far as the counts tell.
std::string reason_for_nothing(whatif::Answer const& answer) {
  std::string out = "no message from outside was found";
  if (auto const left = whatif::not_counted(answer); !left.empty()) out += ": there were " + left;
  for (auto const& source : answer.sources)
    if (source.messages == 0)
      out += "\n  " + source.name + ": " + source.kind + ", " + std::to_string(source.lines) +
             " lines, none of a message that was accepted (" + std::to_string(source.skipped) +
             " not understood)";
  return out;
}

}  // namespace

int run_whatif(WhatIfOptions const& options) {
  auto rules = rules_of(options);
  if (!rules) return wrong(rules.error());
  whatif::ReplaySettings replay_settings;
  whatif::SourceSettings settings;
  settings.utc_offset = local_utc_offset();
  settings.border = options.border;
  for (auto const& rule : *rules)
    settings.wants_recipients = settings.wants_recipients || rule.asks_recipients;
  for (auto const& text : options.internal) {
    auto const network = Network::parse(text);
    if (!network) return wrong("--internal " + text + ": not a network such as 192.0.2.0/24");
    replay_settings.internal.push_back(*network);
  }
  for (auto const& [text, at] : {std::pair(&options.since, &replay_settings.since),
                                 std::pair(&options.until, &replay_settings.until)}) {
    if (text->empty()) continue;
    *at = parse_when(*text, settings.utc_offset);
    if (!*at) return wrong(*text + ": not a time such as 30d, 2026-11-01 or 2026-11-01T12:00:00Z");
  }
  auto const retry_time = parse_duration(options.retry_time);
  if (!retry_time) return wrong("--retry-time " + options.retry_time + ": not a time such as 5d");
  replay_settings.retry_time = *retry_time;
  std::optional<whatif::Format> format;
  if (!options.format.empty() && !(format = whatif::parse_format(options.format)))
    return wrong("--format " + options.format + ": no such format");

  auto opened = open_inputs(options.inputs, format, settings);
  if (opened.readers.empty()) return wrong("no source could be read");

  whatif::Replay replay(*std::move(rules), std::move(replay_settings));
  {
    Progress progress(opened.bytes);
    replay_inputs(opened.readers, replay, [&](std::uint64_t bytes) { progress.tell(bytes); });
  }
  FixedRandom random;
  auto answer = replay.answer(random);
  for (auto const& reader : opened.readers) answer.sources.push_back(reader->answer());
  std::sort(answer.sources.begin(), answer.sources.end(),
            [](auto const& a, auto const& b) { return a.name < b.name; });
  if (answer.unknown > answer.messages / 2 && answer.messages > 0)
    answer.notes.push_back(
        "More than half is unknown. For Postfix: smtpd_tls_loglevel = 1; for mailboxes: "
        "smtpd_tls_received_header = yes.");
  if (answer.messages == 0) return wrong(reason_for_nothing(answer));

  bool written = true;
  if (!options.html.empty())
    written = write_file(options.html, whatif::html_report(answer, print_iso8601(now()))) && written;
  if (!options.csv.empty()) written = write_file(options.csv, whatif::csv_report(answer)) && written;
  auto const text =
      options.json ? whatif::json_report(answer, {1000, options.explain_skipped})
                   : whatif::text_report(answer, {::isatty(STDOUT_FILENO) == 1, options.explain_skipped});
  std::fwrite(text.data(), 1, text.size(), stdout);
  return written ? 0 : 1;
}

}  // namespace postern::app

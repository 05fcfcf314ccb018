#include "policy/rules.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "app/commands/commands.hpp"
#include "app/commands/complain.hpp"
#include "app/commands/server_settings.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/data_dir.hpp"
#include "base/ascii.hpp"
#include "store/rule_actions.hpp"
#include "whatif/reports/recommend.hpp"

namespace postern::app {
namespace {

namespace json = boost::json;

std::string print_mode(std::uint32_t share) {
  if (share == 0) return "observes";
  if (share >= policy::Rule::everybody) return "enforced";
  auto percent = std::to_string(share / 100);
  if (share % 100 != 0) percent += "." + std::to_string(share % 100 / 10) + std::to_string(share % 10);
  return "enforced on " + percent + " % of the hosts";
}

// What the facts say enforcing each rule on all would cost; empty: there are none yet.
std::vector<whatif::RuleAnswer> predict(policy::Policy const& policy, std::string const& facts) {
  std::vector<whatif::Rule> rules;
  for (std::size_t i = 0; i < policy.rules->rules().size(); ++i)
    rules.push_back(whatif::owner_rule(policy, i));
  auto opened = open_inputs({facts}, whatif::Format::facts, {});
  whatif::Replay replay(std::move(rules), {});
  replay_inputs(opened.readers, replay, [](std::uint64_t) {});
  auto answer = replay.answer();
  return answer.messages == 0 ? std::vector<whatif::RuleAnswer>() : std::move(answer.rules);
}

void print_text(policy::Rule const& rule, store::RuleCounts const& counts,
                whatif::RuleAnswer const* predicted) {
  std::printf("%s (%s): %s when %s\n", rule.name.c_str(), print_mode(rule.rollout).c_str(),
              std::string(policy::print(rule.then)).c_str(), printable(rule.when, 300).c_str());
  if (counts.matched == 0) {
    std::printf("  has not matched yet\n");
  } else {
    std::printf("  matched %llu since %s, last %s\n", static_cast<unsigned long long>(counts.matched),
                print_iso8601(counts.first).c_str(), print_iso8601(counts.last).c_str());
    std::string done;
    auto const add = [&](std::uint64_t count, char const* what) { whatif::append_count(done, count, what); };
    add(counts.accepted, "accepted");
    add(counts.flagged, "flagged");
    add(counts.deferred, "deferred");
    add(counts.rejected, "rejected");
    add(counts.would_flag, "would have been flagged");
    add(counts.would_defer, "would have been deferred");
    add(counts.would_reject, "would have been rejected");
    if (!done.empty()) std::printf("  %s\n", done.c_str());
    std::printf("  wanted %s, unwanted %s, not known of %s\n", whatif::grouped(counts.wanted).c_str(),
                whatif::grouped(counts.unwanted).c_str(),
                whatif::grouped(counts.matched - counts.wanted - counts.unwanted).c_str());
  }
  if (predicted != nullptr)
    std::printf("  enforced on all, by the facts so far: %s\n", whatif::in_words(predicted->lost).c_str());
}

json::object to_json(policy::Rule const& rule, store::RuleCounts const& counts,
                     whatif::RuleAnswer const* predicted) {
  json::object out{{"name", rule.name},
                   {"when", rule.when},
                   {"then", policy::print(rule.then)},
                   {"enforced_percent", rule.rollout / 100.0},
                   {"matched", counts.matched},
                   {"accepted", counts.accepted},
                   {"flagged", counts.flagged},
                   {"deferred", counts.deferred},
                   {"rejected", counts.rejected},
                   {"would_flag", counts.would_flag},
                   {"would_defer", counts.would_defer},
                   {"would_reject", counts.would_reject},
                   {"wanted", counts.wanted},
                   {"unwanted", counts.unwanted}};
  if (counts.matched > 0) {
    out["first"] = print_iso8601(counts.first);
    out["last"] = print_iso8601(counts.last);
  }
  if (predicted != nullptr)
    out["predicted"] = json::object{{"messages", predicted->lost.messages},
                                    {"lost", predicted->lost.lost},
                                    {"share", predicted->lost.share},
                                    {"share_low", predicted->lost.share_95.low},
                                    {"share_high", predicted->lost.share_95.high}};
  return out;
}

}  // namespace

int run_rules(RulesOptions const& options) {
  auto const found = settings_of_server(options.config);
  if (found.code != 0) return found.code;
  auto const built = check_config(found.settings);
  if (!built.errors.empty()) return complain(built.errors.front());
  auto const& policy = built.gate->policy;
  if (!policy.rules)
    return complain(found.settings.file + " has no [[rules]]; docs/rules.md tells how to write one");
  auto const directory = found.settings.data_directory();
  if (int const code = require_data_directory(directory); code != 0) return code;
  auto const facts = DataPaths(directory).facts;
  if (int const code = require_readable(facts); code != 0) return code;
  auto const counted = store::read_rule_counts(facts);
  if (!counted) return complain(counted.error());
  auto const predicted = options.predict ? predict(policy, facts) : std::vector<whatif::RuleAnswer>();
  json::array all;
  for (std::size_t i = 0; i < policy.rules->rules().size(); ++i) {
    auto const& rule = policy.rules->rules()[i];
    store::RuleCounts counts;
    for (auto const& one : *counted)
      if (one.rule == rule.name) counts = one;
    auto const* prediction = i < predicted.size() ? &predicted[i] : nullptr;
    if (options.json)
      all.push_back(to_json(rule, counts, prediction));
    else
      print_text(rule, counts, prediction);
  }
  if (options.json) std::printf("%s\n", json::serialize(all).c_str());
  return 0;
}

}  // namespace postern::app

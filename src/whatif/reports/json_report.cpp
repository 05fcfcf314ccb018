#include "whatif/reports/json_report.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "whatif/reports/recommend.hpp"
#include "whatif/reports/what_others_measured.hpp"

namespace postern::whatif {
namespace {

namespace json = boost::json;

double rounded(double value) { return std::round(value * 10'000) / 10'000; }

json::object loss_object(Loss const& loss) {
  return {{"messages", loss.messages},
          {"lost", loss.lost},
          {"share", rounded(loss.share)},
          {"share_95", {rounded(loss.share_95.low), rounded(loss.share_95.high)}},
          {"too_little_to_tell", loss.too_little}};
}

json::array texts(std::vector<std::string> const& all) {
  json::array out;
  for (auto const& one : all) out.emplace_back(one);
  return out;
}

json::object source_object(SourceAnswer const& source, JsonChoices choices) {
  json::object out{{"name", source.name},         {"kind", source.kind},       {"messages", source.messages},
                   {"lines", source.lines},       {"skipped", source.skipped}, {"bytes", source.bytes},
                   {"notes", texts(source.notes)}};
  if (choices.examples) out["skipped_examples"] = texts(source.examples);
  return out;
}

json::object sender_object(LostSender const& sender) {
  json::object out{{"domain", sender.domain},
                   {"messages", sender.messages},
                   {"hosts", texts(sender.hosts)},
                   {"host_count", sender.host_count},
                   {"reason", name(sender.reason)},
                   {"first_seen", print_iso8601(sender.first)},
                   {"last_seen", print_iso8601(sender.last)},
                   {"wanted", sender.wanted},
                   {"unwanted", sender.unwanted},
                   {"advice", advice(sender.reason)}};
  if (sender.reason == Reason::tls_failed) out["failure"] = sender.failure;
  return out;
}

json::object rule_object(RuleAnswer const& rule, JsonChoices choices) {
  json::object reasons;
  for (std::size_t i = 0; i < reason_count; ++i) reasons[name(static_cast<Reason>(i))] = rule.reasons[i];
  json::array senders, days;
  for (auto const& sender : rule.senders)
    if (senders.size() < choices.senders) senders.push_back(sender_object(sender));
  for (auto const lost : rule.lost_by_day) days.emplace_back(lost);
  return {
      {"rule", rule.rule},
      {"meaning", rule.meaning},
      {"breaks_rfc3207", rule.breaks_rfc3207},
      {"defers", rule.defers},
      {"messages", rule.lost.messages},
      {"unknown", rule.unknown},
      {"lost",
       {{"messages", rule.lost.lost},
        {"share", rounded(rule.lost.share)},
        {"share_95", {rounded(rule.lost.share_95.low), rounded(rule.lost.share_95.high)}},
        {"per_30_days", std::round(rule.per_30_days * 10) / 10},
        {"sender_domains", rule.sender_domains},
        {"hosts", rule.hosts},
        {"too_little_to_tell", rule.lost.too_little}}},
      {"wanted", loss_object(rule.wanted)},
      {"unwanted", loss_object(rule.unwanted)},
      {"refused_anyway", rule.refused_anyway},
      {"reasons", std::move(reasons)},
      {"senders", std::move(senders)},
      {"senders_left_out", rule.senders.size() > choices.senders ? rule.senders.size() - choices.senders : 0},
      {"lost_by_day", std::move(days)}};
}

}  // namespace

std::string json_report(Answer const& answer, JsonChoices choices) {
  json::array sources, rules, days, others;
  for (auto const& source : answer.sources) sources.push_back(source_object(source, choices));
  for (auto const& rule : answer.rules) rules.push_back(rule_object(rule, choices));
  for (auto const& day : answer.days)
    days.push_back(json::object{{"day", day_name(day.day)},
                                {"over_tls", day.over_tls},
                                {"in_the_clear", day.in_the_clear},
                                {"unknown", day.unknown}});
  for (auto const& measured : what_others_measured())
    others.push_back(json::object{{"when", measured.when},
                                  {"who", measured.who},
                                  {"what", measured.what},
                                  {"direction", "inbound"},
                                  {"source", measured.source}});
  auto const& left = answer.left_out;
  json::object const out{{"messages", answer.messages},
                         {"over_tls", answer.over_tls},
                         {"in_the_clear", answer.in_the_clear},
                         {"unknown", answer.unknown},
                         {"wanted", answer.wanted},
                         {"unwanted", answer.unwanted},
                         {"hosts", answer.hosts},
                         {"sender_domains", answer.sender_domains},
                         {"first", print_iso8601(answer.first)},
                         {"last", print_iso8601(answer.last)},
                         {"tls_versions",
                          {{"TLSv1.3", answer.versions[4]},
                           {"TLSv1.2", answer.versions[3]},
                           {"TLSv1.1", answer.versions[2]},
                           {"older", answer.versions[1]},
                           {"unknown", answer.versions[0]}}},
                         {"failed_handshakes", answer.failed_handshakes},
                         {"refused",
                          {{"for_good", answer.refused},
                           {"deferred", answer.deferred},
                           {"tried_again", answer.tried_again},
                           {"for_want_of_tls", answer.refused_for_tls}}},
                         {"left_out",
                          {{"loopback", left.loopback},
                           {"internal", left.internal},
                           {"authenticated", left.authenticated},
                           {"local", left.local},
                           {"copies", left.copies},
                           {"out_of_time", left.out_of_time},
                           {"no_address", left.no_address}}},
                         {"sources", std::move(sources)},
                         {"rules", std::move(rules)},
                         {"days", std::move(days)},
                         {"notes", texts(answer.notes)},
                         {"recommendation", recommendation(answer)},
                         {"what_others_measured", std::move(others)}};
  return json::serialize(out) + "\n";
}

}  // namespace postern::whatif

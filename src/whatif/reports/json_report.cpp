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
          {"too_little_to_tell", loss.too_little},
          {"effective_senders", std::round(loss.effective_senders * 10) / 10},
          {"effective_lost_senders", std::round(loss.effective_lost_senders * 10) / 10}};
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

json::object parts_object(LostParts const& parts) {
  json::array all;
  for (auto const& part : parts.parts)
    all.push_back(json::object{{"name", part.name}, {"lost", part.lost}, {"would_not_come", part.not_come}});
  return {{"parts", std::move(all)}, {"left_out", parts.left_out}, {"not_told", parts.not_told}};
}

json::object foretold_object(Foretold const& foretold) {
  json::object out{{"day", day_name(foretold.day)},
                   {"answer", loss_object(foretold.answer)},
                   {"came", loss_object(foretold.came)}};
  if (foretold.answer.too_little) return out;
  out["held"] = foretold.held;
  out["above"] = foretold.above;
  return out;
}

json::object backtest_object(Backtest const& backtest) {
  json::array rolling;
  for (auto const& foretold : backtest.rolling) rolling.push_back(foretold_object(foretold));
  json::object out{{"tried", backtest.tried},
                   {"held", backtest.held},
                   {"above", backtest.above},
                   {"rolling", std::move(rolling)}};
  if (backtest.single) out["single"] = foretold_object(*backtest.single);
  if (!backtest.why_not.empty()) out["why_not"] = backtest.why_not;
  return out;
}

json::object unseen_object(UnseenSenders const& unseen) {
  json::object out{{"told", unseen.is_told},
                   {"seen", unseen.seen},
                   {"seen_once", unseen.seen_once},
                   {"seen_twice", unseen.seen_twice}};
  if (!unseen.is_told) return out;
  out["estimate"] = std::round(unseen.estimate);
  out["estimate_95"] = {std::round(unseen.low), std::round(unseen.high)};
  out["share_of_sightings"] = rounded(unseen.share_of_sightings);
  out["expected"] = std::round(unseen.expected);
  return out;
}

// What is there only for some rules, or only when it is asked for.
void add_particulars(RuleAnswer const& rule, Shown const& shown, json::object& out) {
  if (rule.scope.side != Scope::Side::all_mail)
    out["scope"] =
        json::object{{rule.scope.side == Scope::Side::recipients ? "for" : "from", rule.scope.domain}};
  if (rule.mostly)
    out["mostly"] = json::object{{"domain", rule.mostly->domain}, {"share", rounded(rule.mostly->share)}};
  if (rule.if_steady)
    out["if_steady"] = json::object{
        {"senders", texts(rule.if_steady->senders)},
        {"their_share", rounded(rule.if_steady->their_share)},
        {"share_95", {rounded(rule.if_steady->share_95.low), rounded(rule.if_steady->share_95.high)}}};
  if (shown.by_recipient) {
    out["recipients"] = parts_object(rule.recipients);
    out["recipient_domains"] = parts_object(rule.recipient_domains);
  }
  if (shown.by_network) out["networks"] = parts_object(rule.networks);
  if (shown.by_country) out["countries"] = parts_object(rule.countries);
}

json::object rule_object(RuleAnswer const& rule, Shown const& shown, JsonChoices choices) {
  json::object reasons;
  for (std::size_t i = 0; i < reason_count; ++i) reasons[name(static_cast<Reason>(i))] = rule.reasons[i];
  json::array senders, days;
  for (auto const& sender : rule.senders)
    if (senders.size() < choices.senders) senders.push_back(sender_object(sender));
  for (auto const lost : rule.lost_by_day) days.emplace_back(lost);
  json::object out{
      {"rule", rule.rule},
      {"meaning", rule.meaning},
      {"breaks_rfc3207", rule.breaks_rfc3207},
      {"defers", rule.defers},
      {"messages", rule.lost.messages},
      {"unknown", rule.unknown},
      {"would_not_come", rule.would_not_come},
      {"would_come_later", rule.would_come_later},
      {"not_known", rule.not_known},
      {"would_not_come_per_30_days", std::round(rule.would_not_come_per_30_days * 10) / 10},
      {"gone", loss_object(rule.gone)},
      {"gone_wanted", loss_object(rule.gone_wanted)},
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
      {"lost_by_day", std::move(days)},
      {"backtest", backtest_object(rule.backtest)}};
  add_particulars(rule, choices.parts ? shown : Shown{}, out);
  return out;
}

}  // namespace

std::string json_report(Answer const& answer, JsonChoices choices) {
  json::array sources, rules, days, others;
  for (auto const& source : answer.sources) sources.push_back(source_object(source, choices));
  for (auto const& rule : answer.rules) rules.push_back(rule_object(rule, answer.shown, choices));
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
                           {"no_address", left.no_address},
                           {"private_networks", left.private_networks}}},
                         {"sources", std::move(sources)},
                         {"rules", std::move(rules)},
                         {"days", std::move(days)},
                         {"unseen_senders", unseen_object(answer.unseen)},
                         {"notes", texts(answer.notes)},
                         {"recommendation", recommendation(answer)},
                         {"what_others_measured", std::move(others)}};
  return json::serialize(out) + "\n";
}

}  // namespace postern::whatif

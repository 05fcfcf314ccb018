#include "whatif/reports/html_report.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/base64.hpp"
#include "report_page.hpp"
#include "whatif/reports/json_report.hpp"
#include "whatif/reports/packed_senders.hpp"
#include "whatif/reports/plain_page.hpp"
#include "whatif/reports/recommend.hpp"
#include "wire/gzip.hpp"

namespace postern::whatif {
namespace {

// JSON inside of a script element: nothing in it may end the element, or begin a comment.
std::string embedded(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (char const c : json)
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  return out;
}

using Marks = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The template with each mark replaced by its text; the texts themselves are not searched.
std::string filled(std::string_view page, Marks marks) {
  std::string out;
  for (auto const& [mark, text] : marks) {
    auto const at = page.find(mark);
    if (at == std::string_view::npos) continue;
    out += page.substr(0, at);
    out += text;
    page.remove_prefix(at + mark.size());
  }
  return out += page;
}

// The answer without its senders, and what the script says of them.
std::string answer_for_page(Answer const& answer) {
  boost::json::object advice_of;
  for (std::size_t i = 0; i < reason_count; ++i) {
    auto const reason = static_cast<Reason>(i);
    std::string const text(advice(reason));
    advice_of[name(reason)] = text;
  }
  auto json = json_report(answer, {.senders = 0, .examples = false, .parts = false});
  json.insert(1, "\"advice\":" + boost::json::serialize(advice_of) + ",");
  return embedded(json);
}

// As many senders, with as many hosts, as there is room for; the fewest are always there.
std::string packed_within(std::size_t room, Answer const& answer) {
  static constexpr std::array tries{
      PackLimits{},
      PackLimits{.hosts = 3},
      PackLimits{.hosts = 1},
      PackLimits{.hosts = 0},
      PackLimits{.senders = 50'000, .hosts = 0},
      PackLimits{.senders = 20'000, .hosts = 0},
      PackLimits{.senders = 5'000, .hosts = 0},
      PackLimits{.senders = 500, .hosts = 0},
  };
  std::string packed;
  for (auto const& limits : tries) {
    packed = base64(wire::zlib_compressed(pack_senders(answer.rules, limits)));
    if (packed.size() <= room) break;
  }
  return packed;
}

bool breaks_rfc3207(Answer const& answer) {
  return std::any_of(answer.rules.begin(), answer.rules.end(),
                     [](RuleAnswer const& rule) { return rule.breaks_rfc3207; });
}

}  // namespace

std::string html_report(Answer const& answer, std::string const& made_at) {
  auto const json = answer_for_page(answer);
  auto const period = plain_period(answer), totals = plain_totals(answer), rules = plain_rules(answer),
             senders = plain_senders_table(answer), note = plain_senders_note(answer);
  auto const advised = html_escaped(recommendation(answer)), made = html_escaped(made_at);
  auto const page_with = [&](std::string_view packed) {
    return filled(ui::report_html(), {{"/*STYLE*/", ui::report_css()},
                                      {"/*PERIOD*/", period},
                                      {"/*TOTALS*/", totals},
                                      {"/*RECOMMENDATION*/", advised},
                                      {"/*RFC*/", breaks_rfc3207(answer) ? "" : "hidden"},
                                      {"/*RULES*/", rules},
                                      {"/*NOTE*/", note},
                                      {"/*SENDERS*/", senders},
                                      {"/*MADE*/", made},
                                      {"/*ANSWER*/", json},
                                      {"/*PACKED*/", packed},
                                      {"/*SCRIPT*/", ui::report_js()}});
  };
  auto const taken = page_with({}).size();
  return page_with(packed_within(most_page_bytes - std::min(most_page_bytes, taken), answer));
}

}  // namespace postern::whatif

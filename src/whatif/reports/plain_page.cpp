#include "whatif/reports/plain_page.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>

#include "whatif/reports/recommend.hpp"

namespace postern::whatif {
namespace {

std::string html_cell(std::string_view label, std::string_view text) {
  return "<td data-label=\"" + std::string(label) + "\">" + html_escaped(text) + "</td>";
}

// The page's style sets it to the right.
std::string html_number(std::string_view label, std::uint64_t value) {
  return "<td class=\"number\" data-label=\"" + std::string(label) + "\">" + grouped(value) + "</td>";
}

std::string html_head(std::initializer_list<std::string_view> names) {
  std::string out = "<thead><tr>";
  for (auto const name : names) out += "<th>" + std::string(name) + "</th>";
  return out + "</tr></thead>";
}

std::string total_card(std::string_view kind, std::string_view label, std::uint64_t count,
                       std::optional<double> share = {}) {
  return "<div class=\"total " + std::string(kind) + "\"><b>" + grouped(count) +
         "</b><span class=\"small\">" + std::string(label) + (share ? ", " + percent(*share) : "") +
         "</span></div>";
}

}  // namespace

RuleAnswer const* rule_shown_first(Answer const& answer) {
  auto const& rules = answer.rules;
  auto const loses =
      std::find_if(rules.begin(), rules.end(), [](RuleAnswer const& rule) { return rule.lost.lost > 0; });
  if (loses != rules.end()) return &*loses;
  return rules.empty() ? nullptr : &rules.front();
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string plain_period(Answer const& answer) {
  return print_iso8601(answer.first).substr(0, 10) + " to " + print_iso8601(answer.last).substr(0, 10) +
         ": " + counted(answer.hosts, "sending host") + ", " +
         counted(answer.sender_domains, "sender domain");
}

std::string plain_totals(Answer const& answer) {
  auto const share = [&](std::uint64_t count) -> std::optional<double> {
    if (answer.messages == 0) return std::nullopt;
    return static_cast<double>(count) / static_cast<double>(answer.messages);
  };
  auto out = total_card("", "messages from outside", answer.messages) +
             total_card("tls", "over TLS", answer.over_tls, share(answer.over_tls)) +
             total_card("clear", "in the clear", answer.in_the_clear, share(answer.in_the_clear)) +
             total_card("unknown", "unknown", answer.unknown, share(answer.unknown));
  if (answer.wanted + answer.unwanted > 0)
    out += total_card("", "wanted", answer.wanted) + total_card("", "unwanted", answer.unwanted);
  return out;
}

std::string plain_rules(Answer const& answer) {
  auto out =
      html_head({"Rule", "Would not come", "Would come later", "Not known", "Sender domains", "Hosts"}) +
      "<tbody>";
  for (auto const& rule : answer.rules)
    out += "<tr><td>" + html_escaped(rule.rule) + "<div class=\"small\">" + html_escaped(rule.meaning) +
           "</div></td>" + html_number("Would not come", rule.would_not_come) +
           html_number("Would come later", rule.would_come_later) + html_number("Not known", rule.not_known) +
           html_number("Sender domains", rule.sender_domains) + html_number("Hosts", rule.hosts) + "</tr>";
  return out + "</tbody>";
}

std::string plain_senders_table(Answer const& answer) {
  auto const* rule = rule_shown_first(answer);
  if (rule == nullptr) return {};
  auto out = html_head({"Sender domain", "Messages", "Hosts", "Reason", "Last seen"}) + "<tbody>";
  for (auto const& sender : std::span(rule->senders).first(std::min(rule->senders.size(), plain_senders)))
    out += "<tr><td>" + html_escaped(sender.domain) + "</td>" + html_number("Messages", sender.messages) +
           html_number("Hosts", sender.host_count) + html_cell("Reason", explain(sender.reason)) +
           html_cell("Last seen", print_iso8601(sender.last).substr(0, 10)) + "</tr>\n";
  return out + "</tbody>";
}

std::string plain_senders_note(Answer const& answer) {
  auto const* rule = rule_shown_first(answer);
  if (rule == nullptr) return {};
  auto const all = rule->senders.size();
  if (all <= plain_senders && answer.rules.size() == 1)
    return "These are all senders of the rule " + html_escaped(rule->rule) + ".";
  return "These are the " + grouped(std::min(all, plain_senders)) + " largest of " + grouped(all) +
         " senders of the rule " + html_escaped(rule->rule) +
         ". The others, and those of other rules, show only where the page's script runs in a browser that "
         "can decompress (DecompressionStream); `postern whatif --csv FILE` writes all of them.";
}

}  // namespace postern::whatif

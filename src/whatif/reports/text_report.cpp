#include "whatif/reports/text_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "whatif/reports/recommend.hpp"
#include "whatif/reports/what_others_measured.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t width = 80;

class Page {
 public:
  explicit Page(bool colours) : colours_(colours) {}

  void heading(std::string_view text) {
    out_ += "\n" + (colours_ ? "\033[1m" + std::string(text) + "\033[0m" : std::string(text)) + "\n";
  }
  void line(std::string const& text) { (out_ += text) += '\n'; }

  // Broken at blanks, the lines after the first indented by `indent` more.
  void paragraph(std::string_view text, std::size_t left = 0, std::size_t indent = 0) {
    std::string current(left, ' ');
    std::size_t used = left;
    bool first_word = true;
    while (!text.empty()) {
      auto const word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
      if (!first_word && used + 1 + word.size() > width) {
        line(current);
        current.assign(left + indent, ' ');
        used = left + indent;
        first_word = true;
      }
      if (!first_word) current += ' ';
      current += word;
      used += word.size() + (first_word ? 0 : 1);
      first_word = false;
    }
    line(current);
  }

  std::string coloured(std::string const& text, std::string_view code) const {
    return colours_ ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text;
  }
  std::string take() { return std::move(out_); }

 private:
  bool colours_;
  std::string out_;
};

std::string padded(std::string text, std::size_t columns) {
  if (text.size() < columns) text.append(columns - text.size(), ' ');
  return text;
}

std::string right(std::string const& text, std::size_t columns) {
  return text.size() < columns ? std::string(columns - text.size(), ' ') + text : text;
}

// Cut to `columns`, the end marked.
std::string fitted(std::string const& text, std::size_t columns) {
  return text.size() <= columns ? text : text.substr(0, columns - 2) + "..";
}

std::string bar(double share, std::size_t columns) {
  auto const full =
      static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns)));
  return std::string(share > 0 && full == 0 ? 1 : full, '#') +
         std::string(columns - std::max<std::size_t>(full, share > 0 ? 1 : 0), '.');
}

void join(std::string& list, std::string const& item) {
  if (!list.empty()) list += "; ";
  list += item;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void totals(Answer const& answer, Page& page) {
  page.line(counted(answer.messages, "message") + " from outside, " + counted(answer.hosts, "sending host") +
            ", " + counted(answer.sender_domains, "sender domain"));
  page.line(print_iso8601(answer.first).substr(0, 10) + " to " + print_iso8601(answer.last).substr(0, 10));
  page.line("");
  auto const row = [&](std::string_view label, std::uint64_t count, std::string_view colour) {
    page.line("  " + padded(std::string(label), 14) + right(grouped(count), 13) +
              right(percent(share_of(count, answer.messages)), 9) + "  " +
              page.coloured(bar(share_of(count, answer.messages), 38), colour));
  };
  row("over TLS", answer.over_tls, "32");
  row("in plaintext", answer.in_the_clear, "33");
  row("unknown", answer.unknown, "90");
  if (answer.wanted + answer.unwanted > 0)
    page.line("  of which wanted " + grouped(answer.wanted) + ", unwanted " + grouped(answer.unwanted));
  if (answer.unknown > 0)
    page.paragraph(
        "Of the unknown messages the sources do not tell whether they came over TLS. They are counted "
        "separately "
        "and are in no rule's share.",
        2);
}

void rules(Answer const& answer, Page& page) {
  page.heading("What each rule would have cost");
  page.line("  " + padded("rule", 28) + right("lost", 9) + right("share", 9) + right("95 %", 18) +
            right("/30 days", 12));
  for (auto const& rule : answer.rules) {
    auto const& loss = rule.lost;
    std::string interval = "-";
    if (loss.messages > 0) interval = percent(loss.share_95.low) + " - " + percent(loss.share_95.high);
    if (loss.messages > 0 && loss.lost == 0) interval = "< " + percent(loss.share_95.high);
    page.line("  " + padded(fitted(rule.rule, 28), 28) + right(grouped(loss.lost), 9) +
              right(loss.messages > 0 ? percent(loss.share) : "-", 9) + right(interval, 18) +
              right(grouped(static_cast<std::uint64_t>(std::llround(rule.per_30_days))), 12));
    std::string more;
    if (loss.messages > 0 && loss.lost == 0) more = in_words(loss);
    if (loss.lost > 0)
      more = counted(rule.sender_domains, "sender domain") + ", " + counted(rule.hosts, "host");
    if (rule.wanted.messages + rule.unwanted.messages > 0)
      join(more, "wanted: " + grouped(rule.wanted.lost) + " of " + grouped(rule.wanted.messages) +
                     ", unwanted: " + grouped(rule.unwanted.lost) + " of " + grouped(rule.unwanted.messages));
    if (rule.unknown > 0) join(more, grouped(rule.unknown) + " unknown");
    if (rule.refused_anyway > 0)
      join(more, counted(rule.refused_anyway, "further message") +
                     (rule.refused_anyway == 1 ? " was" : " were") + " refused for other reasons");
    if (rule.defers && loss.lost > 0)
      join(more, "deferred, not refused: they would probably be retried over TLS");
    if (loss.too_little && loss.lost > 0) join(more, "too little data");
    if (!more.empty()) page.paragraph(more, 4);
  }
}

void senders(RuleAnswer const& rule, Page& page, std::size_t most) {
  page.heading("Why (" + rule.rule + ")");
  for (std::size_t i = 0; i < reason_count; ++i)
    if (rule.reasons[i] > 0)
      page.line("  " + right(grouped(rule.reasons[i]), 9) +
                right(percent(share_of(rule.reasons[i], rule.lost.lost)), 9) + "  " +
                std::string(explain(static_cast<Reason>(i))));
  page.heading("Who (" + rule.rule + ")");
  page.line("  " + padded("sender domain", 30) + right("messages", 9) + right("hosts", 7) + "  " +
            padded("first seen", 12) + "last seen");
  for (std::size_t i = 0; i < rule.senders.size() && i < most; ++i) {
    auto const& sender = rule.senders[i];
    page.line("  " + padded(fitted(sender.domain, 30), 30) + right(grouped(sender.messages), 9) +
              right(grouped(sender.host_count), 7) + "  " +
              padded(print_iso8601(sender.first).substr(0, 10), 12) +
              print_iso8601(sender.last).substr(0, 10));
    std::string why(explain(sender.reason));
    if (sender.reason == Reason::tls_failed && !sender.failure.empty()) why += " (" + sender.failure + ")";
    page.paragraph(why + ": " + std::string(advice(sender.reason)), 4);
  }
  if (rule.senders.size() > most)
    page.line("  and " + grouped(rule.senders.size() - most) + " more (--csv FILE writes them all)");
}

// The share in plaintext for each day, at most 31 of them: the latest.
void days(Answer const& answer, Page& page) {
  if (answer.days.size() < 2) return;
  page.heading("When: messages in plaintext, by day");
  auto const begin = answer.days.size() > 31 ? answer.days.size() - 31 : 0;
  for (std::size_t i = begin; i < answer.days.size(); ++i) {
    auto const& day = answer.days[i];
    auto const known = day.over_tls + day.in_the_clear;
    page.line("  " + day_name(day.day) + right(grouped(day.in_the_clear), 9) + " of" +
              right(grouped(known), 10) + right(percent(share_of(day.in_the_clear, known)), 9) + "  " +
              bar(share_of(day.in_the_clear, known), 30));
  }
}

std::string_view unit_of(SourceAnswer const& source) {
  bool const mailbox = source.kind == "mbox" || source.kind == "maildir" || source.kind == "message";
  return mailbox ? "mail" : "line";
}

void sources(Answer const& answer, Page& page, bool explain_skipped) {
  page.heading("Sources");
  for (auto const& source : answer.sources) {
    page.paragraph(source.name + ": " + source.kind + ", " + counted(source.messages, "message") + " in " +
                       counted(source.lines, unit_of(source)) +
                       (source.skipped > 0 ? ", " + grouped(source.skipped) + " not understood" : ""),
                   2, 2);
    for (auto const& note : source.notes) page.paragraph(note, 4, 2);
    if (explain_skipped)
      for (auto const& example : source.examples) page.line("    " + fitted(example, width - 4));
  }
  if (auto const left = not_counted(answer); !left.empty())
    page.paragraph("Not counted: " + left + ".", 2, 2);
}

void others(Page& page) {
  page.heading("For comparison: inbound mail elsewhere");
  page.paragraph("These figures are not directly comparable with yours: the share of spam differs.", 2);
  for (auto const& measured : what_others_measured())
    if (measured.modern)
      page.paragraph(std::string(measured.when) + " " + std::string(measured.who) + ": " +
                         std::string(measured.what) + " (" + std::string(measured.source) + ")",
                     2, 2);
  page.paragraph(tlsrpt_reminder(), 2, 2);
}

}  // namespace

std::string text_report(Answer const& answer, TextChoices choices) {
  Page page(choices.colours);
  totals(answer, page);
  rules(answer, page);
  auto const loses = std::find_if(answer.rules.begin(), answer.rules.end(),
                                  [](RuleAnswer const& rule) { return rule.lost.lost > 0; });
  if (loses != answer.rules.end()) senders(*loses, page, choices.senders);
  days(answer, page);
  sources(answer, page, choices.explain_skipped);
  for (auto const& note : answer.notes) page.paragraph(note, 2, 2);
  others(page);
  page.heading("Recommendation");
  page.paragraph(recommendation(answer), 2);
  if (std::any_of(answer.rules.begin(), answer.rules.end(),
                  [](RuleAnswer const& rule) { return rule.breaks_rfc3207; }))
    page.paragraph(rfc_3207_reminder(), 2);
  return page.take();
}

}  // namespace postern::whatif

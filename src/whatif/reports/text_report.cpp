#include "whatif/reports/text_report.hpp"

#include <algorithm>
#include <cmath>

#include "base/ascii.hpp"
#include "whatif/reports/recommend.hpp"
#include "whatif/reports/text_page.hpp"
#include "whatif/reports/what_others_measured.hpp"

namespace postern::whatif {
namespace {

void join(std::string& list, std::string const& item) {
  if (!list.empty()) list += "; ";
  list += item;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void totals(Answer const& answer, TextPage& page) {
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
    page.line("  of all messages: wanted " + grouped(answer.wanted) + ", unwanted " +
              grouped(answer.unwanted));
  if (answer.unknown > 0)
    page.paragraph(
        "\"Unknown\": the sources say nothing of TLS about these messages. They are counted separately and "
        "are in no rule's share.",
        2);
}

bool is_told(Loss const& loss) { return loss.messages > 0 && !loss.too_little; }

// The share of the mail that would not come, with its interval, where there is enough to tell it.
std::string share_column(RuleAnswer const& rule) {
  auto const& gone = rule.gone;
  if (rule.defers) return "none: it defers";
  if (!is_told(gone)) return "-";
  if (gone.lost == 0) return "< " + percent_bound(gone.share_95.high);
  auto const bare = [](double share) {
    auto text = percent(share);
    return text.substr(0, text.size() - std::string_view(" %").size());
  };
  return percent(gone.share) + " (" + bare(gone.share_95.low) + "-" + bare(gone.share_95.high) + ")";
}

void more_of_rule(RuleAnswer const& rule, TextPage& page) {
  std::string more;
  if (rule.scope.side != Scope::Side::all_mail)
    join(more, "of " + counted(rule.lost.messages, "message") +
                   (rule.scope.side == Scope::Side::recipients ? " for " : " from ") + rule.scope.domain);
  if (rule.lost.lost > 0)
    join(more, "from " + counted(rule.sender_domains, "sender domain") + ", " + counted(rule.hosts, "host"));
  if (rule.mostly) join(more, percent(rule.mostly->share) + " of it is from " + rule.mostly->domain);
  if (rule.gone_wanted.messages > 0)
    join(more, "wanted mail that would not come: " + grouped(rule.gone_wanted.lost) + " of " +
                   grouped(rule.gone_wanted.messages));
  if (rule.refused_anyway > 0)
    join(more, counted(rule.refused_anyway, "further message") +
                   (rule.refused_anyway == 1 ? " was" : " were") + " refused or deferred for other reasons");
  if (rule.if_steady && !rule.defers)
    join(more, "if " + counted(rule.if_steady->senders.size(), "large sender") + " (" +
                   rule.if_steady->senders.front() + (rule.if_steady->senders.size() > 1 ? ", ..." : "") +
                   ", " + percent(rule.if_steady->their_share) + " of the mail) stay as they are: " +
                   percent(rule.if_steady->share_95.low) + " to " + percent(rule.if_steady->share_95.high));
  if (!more.empty()) page.paragraph(more, 4);
}

// A name is never cut, since two may differ at their ends only: a long one has a line of its own.
std::string name_column(RuleAnswer const& rule, TextPage& page) {
  if (rule.rule.size() <= 24) return rule.rule;
  page.paragraph(rule.rule, 2, 2);
  return {};
}

void rules(Answer const& answer, TextPage& page) {
  page.heading("What each rule would have cost, in messages");
  page.line("  " + padded("", 24) + right("would not", 11) + right("would come", 12) + right("not", 8));
  page.line("  " + padded("rule", 24) + right("come", 11) + right("later", 12) + right("known", 8) + "  " +
            "not coming (95 %)");
  bool some_too_little = false;
  for (auto const& rule : answer.rules) {
    page.line("  " + padded(name_column(rule, page), 24) + right(grouped(rule.would_not_come), 11) +
              right(grouped(rule.would_come_later), 12) + right(grouped(rule.not_known), 8) + "  " +
              share_column(rule));
    more_of_rule(rule, page);
    some_too_little = some_too_little || (!rule.defers && !is_told(rule.gone));
  }
  if (some_too_little)
    page.paragraph(
        "A share is told only where at least 20 senders of like size wrote, and at least three of those "
        "whose "
        "mail would not come: where none stands, there is too little to tell.",
        2);
  page.paragraph(
      "\"Would not come\" is refused, and nothing says that it would come again over TLS. \"Would come "
      "later\" "
      "is deferred, or its host or domain uses TLS at other times.",
      2);
}

void parts(LostParts const& parts, std::string_view what, TextPage& page) {
  if (parts.parts.empty()) return;
  constexpr std::size_t most = 20;
  page.heading("By " + std::string(what));
  page.line("  " + padded("", 44) + right("lost", 9) + right("of it not coming", 18));
  for (std::size_t i = 0; i < parts.parts.size() && i < most; ++i)
    page.line("  " + padded(fitted(parts.parts[i].name, 44), 44) + right(grouped(parts.parts[i].lost), 9) +
              right(grouped(parts.parts[i].not_come), 18));
  auto const further = parts.left_out + (parts.parts.size() > most ? parts.parts.size() - most : 0);
  if (further > 0) page.line("  and " + grouped(further) + " more");
  if (parts.not_told > 0)
    page.line("  " + counted(parts.not_told, "message") + " of which the sources do not tell it");
}

void shown_parts(Answer const& answer, RuleAnswer const& rule, TextPage& page) {
  if (answer.shown.by_recipient) {
    parts(rule.recipient_domains, "recipient's domain (" + rule.rule + ")", page);
    parts(rule.recipients, "recipient (" + rule.rule + ")", page);
  }
  if (answer.shown.by_network) parts(rule.networks, "network (" + rule.rule + ")", page);
  if (answer.shown.by_country) parts(rule.countries, "country (" + rule.rule + ")", page);
}

// One line in every report: how such an answer has kept its word so far.
std::string backtest_in_words(Backtest const& backtest) {
  if (backtest.rolling.empty()) return "Backtest: " + backtest.why_not;
  if (backtest.tried == 0) return "Backtest: too few senders wrote before and after any day to try it.";
  return "Backtest: the answers of " + counted(backtest.tried, "earlier day") + " held what then came " +
         counted(backtest.held, "time") + "; more was lost than they allowed for " +
         counted(backtest.above, "time") + ".";
}

void backtest(RuleAnswer const& rule, bool whole, TextPage& page) {
  page.heading("How such an answer has kept its word (" + rule.rule + ")");
  page.paragraph(backtest_in_words(rule.backtest), 2);
  if (!whole) return;
  for (auto const& foretold : rule.backtest.rolling) {
    bool const tried = is_told(foretold.answer);
    page.line("  " + day_name(foretold.day) + "  foretold " +
              (tried ? percent(foretold.answer.share_95.low) + " - " + percent(foretold.answer.share_95.high)
                     : std::string("too little to tell")) +
              ", came " + percent(foretold.came.share) + (tried && foretold.above ? "  (more)" : ""));
  }
}

void unseen(UnseenSenders const& unseen, TextPage& page) {
  if (!unseen.is_told || unseen.estimate < 1) return;
  page.heading("Who is not in these days");
  page.paragraph(
      "Some " + grouped(static_cast<std::uint64_t>(std::llround(unseen.estimate))) +
          " sender domains or more (95 %: " + grouped(static_cast<std::uint64_t>(std::llround(unseen.low))) +
          " to " + grouped(static_cast<std::uint64_t>(std::llround(unseen.high))) +
          ") that send you mail rarely, such as once a year, did not write in this time, and nobody "
          "knows whether they use TLS; " +
          grouped(unseen.seen) + " did.",
      2);
}

void senders(RuleAnswer const& rule, TextPage& page, std::size_t most) {
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
void days(Answer const& answer, TextPage& page) {
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

void sources(Answer const& answer, TextPage& page, bool explain_skipped) {
  page.heading("Sources");
  for (auto const& source : answer.sources) {
    page.paragraph(printable(source.name, source.name.size()) + ": " + source.kind + ", " +
                       counted(source.messages, "message") + " in " + counted(source.lines, unit_of(source)) +
                       (source.skipped > 0 ? ", " + grouped(source.skipped) + " not understood" : ""),
                   2, 2);
    for (auto const& note : source.notes) page.paragraph(note, 4, 2);
    if (explain_skipped)
      for (auto const& example : source.examples) page.line("    " + fitted(example, page.width() - 4));
  }
  if (auto const left = not_counted(answer); !left.empty())
    page.paragraph("Not counted: " + left + ".", 2, 2);
}

void others(TextPage& page) {
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
  TextPage page(choices.colours, choices.width);
  totals(answer, page);
  page.heading("Recommendation");
  page.paragraph(recommendation(answer), 2);
  if (std::any_of(answer.rules.begin(), answer.rules.end(),
                  [](RuleAnswer const& rule) { return rule.breaks_rfc3207; }))
    page.paragraph(rfc_3207_reminder(), 2);
  for (auto const& note : answer.notes) page.paragraph(note, 2, 2);
  rules(answer, page);
  auto const loses = std::find_if(answer.rules.begin(), answer.rules.end(),
                                  [](RuleAnswer const& rule) { return rule.lost.lost > 0; });
  if (loses != answer.rules.end()) {
    senders(*loses, page, choices.senders);
    shown_parts(answer, *loses, page);
    backtest(*loses, answer.shown.backtest, page);
  }
  unseen(answer.unseen, page);
  days(answer, page);
  sources(answer, page, choices.explain_skipped);
  others(page);
  return page.take();
}

}  // namespace postern::whatif

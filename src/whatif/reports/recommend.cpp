#include "whatif/reports/recommend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

namespace postern::whatif {
namespace {

std::string number(double value, int places) {
  std::array<char, 40> text{};
  int const length = std::snprintf(text.data(), text.size(), "%.*f", places, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

RuleAnswer const* rule_named(Answer const& answer, std::string_view name) {
  for (auto const& rule : answer.rules)
    if (rule.rule == name) return &rule;
  return nullptr;
}

// More days of logs bring messages of this domain, but not more senders: there is no share to wait for.
std::string about_one_sender(RuleAnswer const& rule, Loss const& gone, std::string const& which) {
  auto const& all = rule.lost;
  auto const counts = [](std::uint64_t part, std::uint64_t whole) {
    return grouped(part) + " of " + grouped(whole);
  };
  std::string out = "The rule " + rule.rule + " is about one sender domain, of which no share can be told: ";
  if (rule.rule.starts_with("require-tls from "))
    out += counts(all.lost, all.messages) + " messages of this domain came in plaintext. ";
  else
    out += "the rule would have turned away " + counts(all.lost, all.messages) + " messages of this domain. ";
  if (gone.lost == 0)
    return out + (all.lost == 0 ? "Introduce it in observe mode first."
                                : "None of its " + which +
                                      " would have been lost for good. Introduce it in observe mode first.");
  return out + counts(gone.lost, gone.messages) + " " + which +
         " would not have come. Write to the domain's owner before you enforce the rule.";
}

struct HowToTellTls {
  std::string_view kind, how;
};

// By what a source was read as; what is not here says in its notes what it lacks.
constexpr std::array how_to_tell_tls{
    HowToTellTls{.kind = "postfix", .how = "Postfix: set smtpd_tls_loglevel = 1."},
    HowToTellTls{.kind = "exim", .how = "Exim: keep tls_cipher in log_selector."},
    HowToTellTls{.kind = "hmailserver", .how = "hMailServer: log TCP/IP, too."},
    HowToTellTls{.kind = "mailbox",
                 .how = "Mailboxes: have the server that takes your mail from outside write TLS into its "
                        "Received fields (Postfix: smtpd_tls_received_header = yes), and name it with "
                        "--border."}};

bool is_mailbox(std::string_view kind) {
  return kind == "mbox" || kind == "maildir" || kind == "message" || kind == "messages";
}

}  // namespace

std::string grouped(std::uint64_t value) {
  auto text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string counted(std::uint64_t value, std::string_view what) {
  return grouped(value) + " " + std::string(what) + (value == 1 ? "" : "s");
}

std::string percent(double share) {
  double const value = share * 100;
  if (value == 0 || value >= 9.95) return number(value, 0) + " %";
  if (value >= 0.95) return number(value, 1) + " %";
  return number(value, value >= 0.095 ? 2 : 3) + " %";
}

std::string percent_bound(double share) {
  double const value = share * 100;
  if (value >= 10) return number(std::ceil(value), 0) + " %";
  double const unit = std::pow(10.0, std::floor(std::log10(std::max(value, 1e-9))));
  int const places = std::max(0, static_cast<int>(-std::floor(std::log10(std::max(value, 1e-9)))));
  return number(std::ceil(value / unit - 1e-9) * unit, places) + " %";
}

void append_count(std::string& list, std::uint64_t count, std::string_view what) {
  if (count == 0) return;
  if (!list.empty()) list += ", ";
  list += grouped(count) + " " + std::string(what);
}

std::string not_counted(Answer const& answer) {
  auto const& left = answer.left_out;
  std::string out;
  auto const add = [&](std::uint64_t count, std::string_view what) { append_count(out, count, what); };
  add(left.authenticated, "submitted with authentication");
  add(left.loopback, "from this host itself");
  add(left.internal, "from own networks");
  add(left.private_networks, "from private networks");
  add(left.local, "local");
  add(left.copies, "copies");
  add(left.out_of_time, "outside of the time asked for");
  add(left.no_address, "without an address");
  add(answer.refused, "refused for good");
  add(answer.deferred, "deferred and not seen again");
  add(answer.tried_again, "earlier attempts of a message that was accepted later");
  return out;
}

std::string in_words(Loss const& loss) {
  if (loss.messages == 0) return "no messages";
  std::string out = grouped(loss.lost) + " of " + grouped(loss.messages) + " lost";
  if (loss.too_little) return out + "; too little to tell a share";
  if (loss.lost == 0) return out + ": below " + percent_bound(loss.share_95.high) + " with 95 % confidence";
  if (loss.lost == loss.messages) return out + ": all (95 %: at least " + percent(loss.share_95.low) + ")";
  return out + ": " + percent(loss.share) + " (95 %: " + percent(loss.share_95.low) + " to " +
         percent(loss.share_95.high) + ")";
}

std::string recommendation(Answer const& answer) {
  auto const* all = rule_named(answer, "require-tls");
  if (all == nullptr && !answer.rules.empty()) all = &answer.rules.front();
  if (all == nullptr || all->lost.messages == 0)
    return "There is no answer: the sources do not tell whether messages came over TLS. Turn on TLS logging "
           "and run this again in a month.";
  bool const by_wanted = all->gone_wanted.messages > 0;
  auto const& gone = by_wanted ? all->gone_wanted : all->gone;
  std::string const which = by_wanted ? "wanted messages" : "messages";
  std::string const rule = all->rule == "require-tls" ? "Requiring TLS" : "The rule " + all->rule;
  if (gone.too_little) {
    if (all->scope.side == Scope::Side::senders) return about_one_sender(*all, gone, which);
    if (gone.lost > 0)
      return "There is too little to tell a share: " + grouped(gone.lost) + " of " + grouped(gone.messages) +
             " " + which +
             " would not have come. Look at their senders below, keep offering TLS to everybody, "
             "and run this again with more days of logs.";
    return "There is too little to decide: too few senders of like size wrote (as many as " +
           counted(static_cast<std::uint64_t>(gone.effective_senders), "equal sender") +
           " would tell). Keep offering TLS to everybody, and run this again with a month of logs.";
  }
  if (gone.lost == 0)
    return rule + " would have kept out nothing that would not have come again over TLS (" + in_words(gone) +
           "). Introduce it step by step, in observe mode first: new senders may not use TLS.";
  if (gone.share < 0.01)
    return rule + " would keep out " + percent(gone.share) + " of the " + which +
           " for good. Exempt their senders or write to them first. Then enforce it step by step, or only "
           "for "
           "hosts that have used TLS before (rule: remembered).";
  return "Do not require TLS from everybody: " + percent(gone.share) + " of the " + which +
         " would not come. Offer it to everybody, and require it only from hosts that have used it before "
         "(rule: remembered).";
}

std::string how_sources_would_tell_tls(Answer const& answer) {
  std::string out;
  bool others = false;
  std::set<std::string_view> told;
  for (auto const& source : answer.sources) {
    auto const kind = is_mailbox(source.kind) ? std::string_view("mailbox") : std::string_view(source.kind);
    if (source.messages == 0 || !told.insert(kind).second) continue;
    auto const known = std::find_if(how_to_tell_tls.begin(), how_to_tell_tls.end(),
                                    [&](HowToTellTls const& row) { return row.kind == kind; });
    if (known == how_to_tell_tls.end())
      others = true;
    else
      out += (out.empty() ? "" : " ") + std::string(known->how);
  }
  if (others)
    out +=
        std::string(out.empty() ? "" : " ") + "The notes of a source say what it lacks, where that is known.";
  return out;
}

std::string_view rfc_3207_reminder() {
  return "RFC 3207 section 4: a publicly-referenced SMTP server MUST NOT require STARTTLS to deliver mail "
         "locally.";
}

std::string_view tlsrpt_reminder() {
  return "TLS reports (TLSRPT, RFC 8460) cannot answer this: a sender without TLS never reports.";
}

}  // namespace postern::whatif

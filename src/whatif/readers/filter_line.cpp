#include "whatif/readers/filter_line.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

std::string_view leading_letters_and_digits(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_alnum(text[end])) ++end;
  return text.substr(0, end);
}

// Takes "before" and what follows it up to the end of `after` off the text: the value between. Absent: the
// text does not begin with it.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view before,
                                           std::string_view after) {
  if (!text.starts_with(before)) return std::nullopt;
  auto const end = text.find(after, before.size());
  if (end == std::string_view::npos) return std::nullopt;
  auto const value = text.substr(before.size(), end - before.size());
  text.remove_prefix(end + after.size());
  return value;
}

// "spamd: result: Y 15 - BAYES_99,... scantime=1.2,...,mid=<a@b>,autolearn=spam": a dot means no. Before 3.0
// without the first word.
std::optional<FilterVerdict> spamd_verdict(std::string_view text) {
  if (text.starts_with("spamd: ")) text.remove_prefix(7);
  constexpr std::string_view result = "result: ";
  if (!text.starts_with(result) || text.size() <= result.size()) return std::nullopt;
  FilterVerdict out;
  char const answer = text[result.size()];
  if (answer == 'Y')
    out.wanted = Wanted::unwanted;
  else if (answer == '.')
    out.wanted = Wanted::wanted;
  else
    return std::nullopt;
  out.message_id = between(text, ",mid=<", '>');
  return out;
}

Wanted by_amavis(bool passed, std::string_view category) {
  if (category == "SPAM" || category == "SPAMMY" || category == "INFECTED" || category == "BANNED")
    return Wanted::unwanted;
  // The worst that was found in it: so it is no spam.
  bool const harmless = category == "CLEAN" || category == "OVERSIZED" || category.starts_with("BAD-HEADER");
  return passed && harmless ? Wanted::wanted : Wanted::unknown;
}

// "(04243-05) Passed CLEAN {RelayedInbound}, [192.0.2.1]:1234 <a> -> <b>, Queue-ID: 9F2A1, Message-ID: <x@y>,
// mail_id: abc, Hits: -1.9, size: 1234, queued_as: 0B123, 600 ms"
std::optional<FilterVerdict> amavis_verdict(std::string_view text) {
  if (!take_value(text, "(", ") ")) return std::nullopt;
  bool const passed = text.starts_with("Passed ");
  if (!passed && !text.starts_with("Blocked ")) return std::nullopt;
  text.remove_prefix(passed ? 7 : 8);
  auto const category = text.substr(0, text.find_first_of(" ,{("));
  FilterVerdict out;
  out.wanted = by_amavis(passed, category);
  if (out.wanted == Wanted::unknown) return std::nullopt;
  out.queue_id = leading_letters_and_digits(between(text, ", Queue-ID: ", ','));
  out.message_id = between(text, ", Message-ID: <", '>');
  if (auto const at = text.rfind(", queued_as: "); at != std::string_view::npos)
    out.queued_as = leading_letters_and_digits(text.substr(at + 13));
  return out;
}

Wanted by_rspamd(std::string_view action) {
  if (action == "no action") return Wanted::wanted;
  for (auto const unwanted : {"reject", "add header", "rewrite subject", "quarantine", "discard"})
    if (action == unwanted) return Wanted::unwanted;
  return Wanted::unknown;  // greylist, soft reject: it comes again
}

// "<51a6f2>; task; rspamd_task_write_log: id: <x@y>, qid: <9F2A1>, ip: 192.0.2.1, user: u, from: <a@b>,
// (default: F (no action): [-0.10/15.00] [...]), len: 123". rspamd leaves no blank in the Message-ID, and the
// addresses are in angle brackets: what the sender has chosen is passed over as a whole.
std::optional<FilterVerdict> rspamd_verdict(std::string_view text) {
  constexpr std::string_view begin = "rspamd_task_write_log: ";
  auto const at = text.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + begin.size());
  FilterVerdict out;
  auto const id = take_value(text, "id: <", ", ");
  if (!id || !id->ends_with('>')) return std::nullopt;
  out.message_id = id->substr(0, id->size() - 1);
  if (out.message_id == "undef") out.message_id = {};
  out.queue_id = take_value(text, "qid: <", ">, ").value_or(std::string_view());
  take_value(text, "ip: ", ", ");
  take_value(text, "user: ", ", ");
  if (text.starts_with("from: <")) {
    auto const from = angle_path(text, "from: ");
    if (!from) return std::nullopt;
    text.remove_prefix(std::min(text.size(), std::string_view("from: <>, ").size() + from->size()));
  }
  if (!take_value(text, "(default: ", " (")) return std::nullopt;
  out.wanted = by_rspamd(text.substr(0, text.find(')')));
  if (out.wanted == Wanted::unknown) return std::nullopt;
  return out;
}

bool is_of(std::string_view program, std::string_view name) {
  return program.substr(program.rfind('/') + 1).starts_with(name);
}

}  // namespace

bool is_content_filter(std::string_view program) {
  return is_of(program, "spamd") || is_of(program, "amavis") || is_of(program, "rspamd");
}

std::optional<FilterVerdict> filter_verdict(LogLine const& line) {
  if (is_of(line.program, "spamd")) return spamd_verdict(line.text);
  if (is_of(line.program, "amavis")) return amavis_verdict(line.text);
  if (is_of(line.program, "rspamd")) return rspamd_verdict(line.text);
  return std::nullopt;
}

Wanted exim_verdict(std::string_view text) {
  if (text.starts_with("SA: Action: ")) {
    text.remove_prefix(12);
    if (text.starts_with("scanned but message isn't spam")) return Wanted::wanted;
    bool const is_spam = text.starts_with("flagged as Spam") || text.find("rejected message") < 20 ||
                         text.starts_with("silently tossed message") || text.starts_with("teergrubed");
    return is_spam ? Wanted::unwanted : Wanted::unknown;
  }
  constexpr std::string_view warning = " Warning: \"SpamAssassin as ";
  constexpr std::string_view said = " detected message as ";
  if (!text.starts_with(warning)) return Wanted::unknown;
  auto const at = text.find(said, warning.size());
  if (at == std::string_view::npos) return Wanted::unknown;
  text.remove_prefix(at + said.size());
  if (text.starts_with("NOT spam")) return Wanted::wanted;
  return text.starts_with("spam") ? Wanted::unwanted : Wanted::unknown;
}

}  // namespace postern::whatif

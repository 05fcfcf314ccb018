#include "whatif/readers/rspamd_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::string_view task_line = "rspamd_task_write_log: id: ";

// "BAYES_SPAM(5.10){...},": a symbol by its whole name. What stands in braces may be of the sender's choice.
bool has_symbol(std::string_view symbols, std::string_view name) {
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    char const c = symbols[i];
    if (c == '{') ++depth;
    if (c == '}' && depth > 0) --depth;
    if (depth > 0) continue;
    if (c == ',' || c == '[' || c == ' ')
      begin = i + 1;
    else if (c == '(' && symbols.substr(begin, i - begin) == name)
      return true;
  }
  return false;
}

// "(default: T (add header): [6.10/25.00] [SYMBOLS]), len: ...".
struct Judged {
  std::string_view action, symbols;
};
std::optional<Judged> judged_in(std::string_view text) {
  auto const begin = text.find(", (default: ");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + 12);
  auto const open = text.find('('), close = text.find("): [");
  if (open == std::string_view::npos || close == std::string_view::npos || open > close) return std::nullopt;
  auto const symbols = text.find("] [", close);
  Judged out{text.substr(open + 1, close - open - 1), {}};
  if (symbols == std::string_view::npos) return out;
  auto const end = text.find("]), ", symbols);
  out.symbols = text.substr(symbols + 3, std::min(end, text.size()) - symbols - 3);
  return out;
}

void take_action(std::string_view action, Reception& out) {
  out.wanted = action == "no action" ? Wanted::wanted : Wanted::unwanted;
  if (action == "greylist") out.wanted = Wanted::unknown;
  if (action == "reject") out.code = 550;
  if (action == "soft reject" || action == "greylist") out.code = 451;
  if (out.code != 0) out.outcome = refusal_outcome(out.code);
}

}  // namespace

bool RspamdLog::line_looks_like(std::string_view line) {
  auto const hash = line.find(" #");
  bool const is_own = hash < 32 && line.find(">; ", hash) != std::string_view::npos;
  return is_own || line.find(task_line) != std::string_view::npos;
}

// "2024-06-01 10:00:00 #123(normal) <abc123>; task; rspamd_task_write_log: id: <1@x>, qid: <4A1B>, ip:
// 192.0.2.53, from: <a@x>, (default: F (no action): [-0.10/15.00] [SYMBOLS]), len: ..., rcpts: <b@y>"
void RspamdLog::line(std::string_view text) {
  auto rest = text;
  if (rest.starts_with('<'))
    rest.remove_prefix(std::min(rest.find('>') + 1, rest.size()));  // in a system log
  if (rest.starts_with("1 ")) rest.remove_prefix(2);
  auto const at = clock_.take_any(rest);
  auto const begin = rest.find(task_line);
  if (begin == std::string_view::npos) {
    if (!line_looks_like(text)) stats_.skip(text, "no line of rspamd's log");
    return;
  }
  if (!at) return stats_.skip(text, "no time");
  rest.remove_prefix(begin + task_line.size());
  // The Message-ID comes first and is the sender's; what follows its ">, " is rspamd's.
  auto const id = angle_path(rest, "");
  rest.remove_prefix(std::min(rest.size(), id ? id->size() + 2 : std::min(rest.find(','), rest.size())));
  // A sender may write into the Message-ID what looks like a verdict, and into what symbols quote.
  auto const verdict = rest.find(", (default: ");
  if (verdict != std::string_view::npos && rest.find(", (default: ", verdict + 1) != std::string_view::npos)
    return stats_.skip(text, "two verdicts, one of which is not rspamd's");
  auto const judged = judged_in(rest);
  auto const address = log_address(between(rest, ", ip: ", ','));
  if (!judged) return stats_.skip(text, "no verdict");
  Reception out;
  out.kind = Reception::Kind::lone_message;
  out.at = *at;
  if (address) {
    out.client = *address;
    out.has_client = true;
  }
  if (rest.find(", user: ") < rest.find(", (default: ")) out.origin = Origin::authenticated;
  if (auto const sender = angle_path(rest, ", from: ")) {
    out.has_sender = true;
    out.sender = *sender;
  }
  if (auto const recipient = angle_path(rest, ", rcpts: ")) out.recipients.emplace_back(*recipient);
  bool const over_tls =
      has_symbol(judged->symbols, "RCVD_TLS_LAST") || has_symbol(judged->symbols, "RCVD_TLS_ALL");
  bool const in_the_clear = has_symbol(judged->symbols, "RCVD_NO_TLS_LAST");
  if (over_tls != in_the_clear)  // both: one of them stands in what a sender has written
    out.tls.used = over_tls ? Tristate::yes : Tristate::no;
  take_action(judged->action, out);
  if (id && *id != "undef" && out.outcome == policy::Outcome::accepted)
    out.copy_of = hash_of(*id, hash_of(between(rest, "qid: <", '>')));
  sink_.take(std::move(out));
}

}  // namespace postern::whatif

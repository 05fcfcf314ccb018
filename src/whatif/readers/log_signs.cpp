#include "whatif/readers/log_signs.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "whatif/readers/log_words.hpp"
#include "whatif/readers/system_log.hpp"

namespace postern::whatif {
namespace {

// "1smkL5-000002-AA ", "1smkL5-00000000e65-24eQ "
bool begins_with_exim_id(std::string_view text) {
  for (std::size_t const size : {std::size_t{16}, std::size_t{23}}) {
    if (text.size() <= size || text[size] != ' ' || text[6] != '-') continue;
    auto const id = text.substr(0, size);
    if (std::all_of(id.begin(), id.end(), [](char c) { return is_alnum(c) || c == '-'; })) return true;
  }
  return false;
}

bool has_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

}  // namespace

bool is_line_of_exim(std::string_view line) {
  LogClock clock(Instant{}, {});
  if (!clock.take_iso(line)) return false;
  auto text = trimmed(line);
  if (text.starts_with('[') && text.size() > 1 && is_digit(text[1]))  // log_selector +pid
    text = trimmed(text.substr(std::min(text.find(']') + 1, text.size())));
  if (begins_with_exim_id(text)) return true;
  constexpr std::array<std::string_view, 12> words{"exim ",
                                                   "queue run",
                                                   "SMTP ",
                                                   "TLS error on connection",
                                                   "H=",
                                                   " rejected ",
                                                   "no host name",
                                                   "no IP address",
                                                   "Connection from [",
                                                   "connection from [",
                                                   "unexpected disconnection",
                                                   "DKIM: "};
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return has_word(text, word); });
}

bool LogSigns::see(std::string_view line) {
  LogLine parsed;
  if (!parse_log_line(line, clock_, parsed) || !Dialects::knows(parsed)) return false;
  any_ = true;
  has_process_ = has_process_ || parsed.pid != 0;
  has_time_ = has_time_ || clock_.last() != Instant{};
  if (!parsed.program.ends_with("smtpd") && !parsed.program.ends_with(".service")) return true;
  if (has_word(parsed.text, "TLS connection established from ")) postfix_tls_ = true;
  if (!parsed.text.starts_with("disconnect from ")) return true;
  postfix_disconnects_ = true;
  if (has_word(parsed.text, " commands=")) postfix_counters_ = true;
  return true;
}

std::vector<std::string> LogSigns::missing() const {
  std::vector<std::string> out;
  if (!any_) return out;
  if (postfix_disconnects_ && !postfix_tls_ && !postfix_counters_)
    out.emplace_back(
        "smtpd_tls_loglevel is 0 and there are no counters in Postfix's disconnect lines (Postfix before "
        "3.0): "
        "nothing tells of TLS. Set smtpd_tls_loglevel = 1.");
  else if (postfix_disconnects_ && !postfix_tls_)
    out.emplace_back(
        "smtpd_tls_loglevel seems to be 0: Postfix's counters tell whether TLS was used, but not its "
        "version. "
        "Set smtpd_tls_loglevel = 1.");
  if (!has_process_)
    out.emplace_back(
        "The lines name no process: sessions that one client has at the same time cannot be told apart.");
  if (!has_time_)
    out.emplace_back("The lines have no times: all of them count as of the input's last change.");
  return out;
}

}  // namespace postern::whatif

#include "whatif/readers/log_words.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/hash.hpp"

namespace postern::whatif {
namespace {

constexpr std::array<std::string_view, 16> severities{"emerg", "panic", "alert",   "crit", "critical", "err",
                                                      "error", "warn",  "warning", "note", "notice",   "info",
                                                      "debug", "fatal", "trace",   "none"};

constexpr std::array<std::string_view, 32> postfix_daemons{
    "smtpd",     "qmgr",     "cleanup",  "postscreen", "tlsproxy", "smtp",
    "lmtp",      "pickup",   "local",    "virtual",    "pipe",     "bounce",
    "error",     "retry",    "discard",  "anvil",      "verify",   "trivial-rewrite",
    "master",    "scache",   "proxymap", "tlsmgr",     "dnsblog",  "postlogd",
    "postsuper", "postdrop", "flush",    "showq",      "spawn",    "nqmgr",
    "oqmgr",     "qmqpd"};

bool is_severity(std::string_view word) {
  return std::any_of(severities.begin(), severities.end(),
                     [&](std::string_view severity) { return iequals(word, severity); });
}

bool is_facility(std::string_view word) {
  return !word.empty() && word.size() <= 10 && std::all_of(word.begin(), word.end(), is_alnum);
}

// "4A1B2C3D4E: rest" gives the rest; otherwise the text as it is.
std::string_view behind_id(std::string_view text) {
  constexpr std::size_t longest = 24;
  auto const colon = text.substr(0, longest).find(": ");
  if (colon == std::string_view::npos || colon < 5) return text;
  auto const id = text.substr(0, colon);
  return std::all_of(id.begin(), id.end(), is_alnum) ? text.substr(colon + 2) : text;
}

bool begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// "Anonymous TLS connection established from H[IP]: ..." of smtpd, "... from [IP]:port: ..." of tlsproxy
std::string_view writer_of_tls_line(std::string_view text) {
  auto const at = text.substr(0, 48).find("TLS connection ");
  if (at == std::string_view::npos) return {};
  auto const trust = text.substr(0, at);
  bool const at_start = trust.empty() || trust == "Anonymous " || trust == "Untrusted " ||
                        trust == "Trusted " || trust == "Verified ";
  if (!at_start) return {};
  auto const from = text.substr(at).find(" from ");
  if (from == std::string_view::npos) return {};
  return text.substr(at + from + 6).starts_with('[') ? "tlsproxy" : "smtpd";
}

}  // namespace

bool is_priority(std::string_view word) {
  bool const bracketed = word.size() > 2 && ((word.front() == '<' && word.back() == '>') ||
                                             (word.front() == '[' && word.back() == ']'));
  if (bracketed) word = word.substr(1, word.size() - 2);
  if (is_severity(word)) return true;
  auto const point = word.find_first_of(".:");
  if (point == std::string_view::npos || !is_facility(word.substr(0, point))) return false;
  auto const level = word.substr(point + 1);
  bool const number = bracketed && level.size() == 1 && is_digit(level.front());
  return number || is_severity(level);
}

bool is_postfix_program(std::string_view program) {
  auto const slash = program.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  auto const daemon = program.substr(slash + 1);
  return std::find(postfix_daemons.begin(), postfix_daemons.end(), daemon) != postfix_daemons.end();
}

std::string_view postfix_daemon_of(std::string_view text) {
  if (text.starts_with("CONNECT from ["))
    return text.find("]:") != std::string_view::npos && text.find(" to [") != std::string_view::npos
               ? "postscreen"
               : "tlsproxy";
  if (begins_with_one_of(text, {"PASS NEW [", "PASS OLD [", "PREGREET ", "DNSBL ", "HANGUP "}))
    return "postscreen";
  if (text.starts_with("DISCONNECT [")) return "postscreen";
  if (text.starts_with("TLS handshake failed for service=")) return "tlsproxy";
  if (begins_with_one_of(text,
                         {"connect from ", "disconnect from ", "lost connection after ", "timeout after ",
                          "SSL_accept error from ", "proxy-accept: ", "proxy-reject: "}))
    return "smtpd";
  if (auto const writer = writer_of_tls_line(text); !writer.empty()) return writer;
  auto const rest = behind_id(text);
  if (rest.size() == text.size()) return {};
  if (text.starts_with("NOQUEUE: reject: RCPT from [")) return "postscreen";
  if (begins_with_one_of(rest, {"client=", "reject: RCPT ", "reject: MAIL ", "reject: DATA ", "reject: END-",
                                "reject: CONNECT ", "reject: EHLO ", "reject: HELO ", "reject_warning: ",
                                "milter-reject: RCPT ", "milter-reject: MAIL ", "milter-reject: CONNECT ",
                                "abort: TLS ", "proxy-accept: ", "proxy-reject: "}))
    return "smtpd";
  if (begins_with_one_of(rest, {"message-id=", "milter-reject: ", "reject: header ", "reject: body ",
                                "milter-hold: ", "resent-message-id="}))
    return "cleanup";
  if (rest == "removed" || (rest.starts_with("from=<") && rest.find("nrcpt=") != std::string_view::npos))
    return "qmgr";
  if (rest.starts_with("to=<")) return "smtp";
  if (rest.starts_with("uid=")) return "pickup";
  return {};
}

std::uint64_t process_of_client(std::string_view text) {
  constexpr std::uint64_t most = 1'000'000'000;
  auto const open = text.find('[');
  auto const close = text.find(']', std::min(open, text.size()));
  if (open == std::string_view::npos || close == std::string_view::npos) return 0;
  return hash_of(text.substr(open, close - open)) % most + 1;
}

}  // namespace postern::whatif

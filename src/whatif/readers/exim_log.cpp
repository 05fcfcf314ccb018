#include "whatif/readers/exim_log.hpp"

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// "H=rdns (helo) [ip]:port" or "H=(helo) [ip]": without a verified name in front of the parentheses there is
// none.
void read_host(std::string_view text, Reception& out) {
  auto const open = text.find('[');
  auto const close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return;
  auto const address = log_address(text.substr(open + 1, close - open - 1));
  if (!address) return;
  out.client = *address;
  out.has_client = true;
  auto const before = trimmed(text.substr(0, open));
  auto const paren = before.find('(');
  out.client_name = trimmed(before.substr(0, paren));
  if (paren != std::string_view::npos) {
    auto const end = before.find(')', paren);
    out.helo = before.substr(paren + 1, end == std::string_view::npos ? end : end - paren - 1);
  }
}

// Where the value of " KEY=" begins; npos: not there. Quoted values before it are passed over.
std::size_t field(std::string_view text, std::string_view key) {
  bool in_quotes = false;
  for (std::size_t i = 0; i + key.size() < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) in_quotes = !in_quotes;
    if (!in_quotes && text[i] == ' ' && text.substr(i + 1, key.size()) == key) return i + 1 + key.size();
  }
  return std::string_view::npos;
}

std::string_view word_at(std::string_view text, std::size_t at) {
  if (at == std::string_view::npos) return {};
  return text.substr(at, std::min(text.find(' ', at), text.size()) - at);
}

bool is_tls_protocol(std::string_view protocol) {  // RFC 3848's words in lower case, and +tls_on_connect's
  for (auto const name :
       {"smtps", "esmtps", "esmtpsa", "ssmtp", "essmtp", "essmtpa", "utf8esmtps", "utf8esmtpsa"})
    if (protocol == name) return true;
  return false;
}

}  // namespace

void EximLog::line(LogLine const& line) {
  auto text = line.text;
  auto at = line.at;
  if (auto const own = clock_.take_iso(text)) {
    at = *own;
    text = trimmed(text);
    if (text.starts_with('[') && text.size() > 1 && is_digit(text[1])) {  // log_selector +pid
      auto const close = text.find("] ");
      if (close != std::string_view::npos) text.remove_prefix(close + 2);
    }
  }
  if (text.starts_with('[') && text.find('/') < 6) {  // syslog: "[1/5] "
    auto const close = text.find("] ");
    if (close != std::string_view::npos) text.remove_prefix(close + 2);
  }
  if (auto const arrow = text.find(" <= "); arrow != std::string_view::npos && arrow < 26)
    received(at, text.substr(arrow + 4));
  else if (text.starts_with("TLS error on connection from "))
    failed_handshake(at, text.substr(29));
  else if (auto const rejected = text.find("rejected "); rejected != std::string_view::npos)
    rejection(at, text, rejected);
}

// "sender H=rdns (helo) [ip] P=esmtps X=TLS1.3:... CV=no DN="..." A=... S=n id=... for a b"
void EximLog::received(Instant at, std::string_view text) {
  Reception reception;
  reception.kind = Reception::Kind::lone_message;
  reception.at = at;
  reception.has_sender = true;
  auto const sender = text.substr(0, text.find(' '));
  if (sender != "<>") reception.sender = sender;
  text.remove_prefix(sender.size());
  auto const protocol = word_at(text, field(text, "P="));
  auto const host = field(text, "H=");
  if (host != std::string_view::npos) read_host(text.substr(host), reception);
  if (protocol.starts_with("local") ||
      (host == std::string_view::npos && field(text, "U=") != std::string_view::npos))
    reception.origin = Origin::local;
  else if (protocol.ends_with('a') || field(text, "A=") != std::string_view::npos)
    reception.origin = Origin::authenticated;
  auto const cipher_at = field(text, "X=");
  bool const tls = cipher_at != std::string_view::npos || is_tls_protocol(protocol);
  if (tls) {
    reception.tls.used = Tristate::yes;
    reception.tls.version = tls_version_name(word_at(text, cipher_at));
    auto const verified = word_at(text, field(text, "CV="));
    bool const named = field(text, "DN=") != std::string_view::npos;
    if (verified == "yes" || verified == "dane")
      reception.tls.certificate = policy::ClientCertificate::trusted;
    else if (named)
      reception.tls.certificate = policy::ClientCertificate::untrusted;
    else if (verified == "no")
      reception.tls.certificate = policy::ClientCertificate::none;
  } else if (!protocol.empty() && protocol != "local") {
    reception.tls.used = Tristate::no;
  }
  if (auto const list = text.rfind(" for "); list != std::string_view::npos) {
    auto rest = text.substr(list + 5);
    while (!rest.empty()) {
      auto const word = rest.substr(0, rest.find(' '));
      if (word.find('@') != std::string_view::npos) reception.recipients.emplace_back(word);
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
  }
  sink_.take(std::move(reception));
}

// "H=(helo) [ip] X=... F=<sender> [temporarily] rejected RCPT <x>: reason"
void EximLog::rejection(Instant at, std::string_view text, std::size_t rejected) {
  auto const what = text.substr(rejected + 9);
  if (!what.starts_with("RCPT") && !what.starts_with("MAIL") && !what.starts_with("after DATA") &&
      !what.starts_with("during MIME") && !what.starts_with("DATA"))
    return;
  auto const host = text.find("H=");
  if (host == std::string_view::npos) return;
  Reception reception;
  reception.at = at;
  read_host(text.substr(host + 2, rejected), reception);
  bool const later = rejected >= 12 && text.substr(rejected - 12, 12) == "temporarily ";
  reception.outcome = later ? policy::Outcome::deferred : policy::Outcome::refused;
  reception.code = later ? 451 : 550;
  if (auto const sender = angle_path(text, "F=")) {
    reception.has_sender = true;
    reception.sender = *sender;
  } else if (auto const mail = angle_path(what, "MAIL ")) {
    reception.has_sender = true;
    reception.sender = *mail;
  }
  if (auto const recipient = angle_path(what, "RCPT ")) reception.recipients.emplace_back(*recipient);
  auto const cipher_at = field(text.substr(0, rejected), "X=");
  if (cipher_at != std::string_view::npos) {
    reception.tls.used = Tristate::yes;
    reception.tls.version = tls_version_name(word_at(text, cipher_at));
  } else {
    reception.tls.used = Tristate::no;
  }
  sink_.take(std::move(reception));
}

// "H [ip] (SSL_accept): error:...": but "(recv)" comes after the handshake.
void EximLog::failed_handshake(Instant at, std::string_view text) {
  auto const bracket = text.find("] (");
  if (bracket == std::string_view::npos) return;
  auto const step = text.substr(bracket + 3, text.find(')', bracket) - bracket - 3);
  if (step == "recv" || step == "send" || step.starts_with("SSL_read") || step.starts_with("SSL_write"))
    return;
  Reception reception;
  reception.kind = Reception::Kind::session;
  reception.at = at;
  read_host(text, reception);
  reception.tls.used = Tristate::no;
  auto reason = openssl_reason(text);
  auto const colon = text.find("): ", bracket);
  if (reason.empty()) reason = colon == std::string_view::npos ? step : text.substr(colon + 3);
  reception.tls.failure = printable(reason, 120);
  sink_.take(std::move(reception));
}

// Exim writes its time with a blank in it, and names no program behind it.
bool EximMainLog::line_looks_like(std::string_view line) {
  LogClock clock(Instant{}, {});
  auto rest = line;
  if (!clock.take_iso(rest) || line[10] != ' ') return false;
  LogLine parsed;
  bool const names_program = parse_log_line(line, clock, parsed) && parsed.pid != 0 &&
                             parsed.program.find('-') == std::string_view::npos;
  return !names_program;
}

void EximMainLog::line(std::string_view text) {
  auto rest = text;
  if (!clock_.take_iso(rest)) {
    stats_.skip(text, "no line of an Exim log");
    return;
  }
  LogLine line;
  line.at = clock_.last();
  line.text = text;
  dialect_.line(line);
}

}  // namespace postern::whatif

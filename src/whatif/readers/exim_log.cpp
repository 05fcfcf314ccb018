#include "whatif/readers/exim_log.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/exim_protocol.hpp"
#include "whatif/readers/filter_line.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

void set_host(EximHost const& host, Reception& out) {
  if (!host.address) return;
  out.client = *host.address;
  out.has_client = true;
  out.client_name = host.name;
  out.helo = host.helo;
}

void set_tls(EximTls const& from, TlsSeen& out) {
  out.used = Tristate::yes;
  out.version = tls_version_name(from.cipher);
  if (from.verified == "yes" || from.verified == "dane")
    out.certificate = policy::ClientCertificate::trusted;
  else if (from.has_certificate)
    out.certificate = policy::ClientCertificate::untrusted;
  else if (from.verified == "no")
    out.certificate = policy::ClientCertificate::none;
}

// Exim's own time has been taken off: "+pid" of log_selector, and the parts of a line that syslog splits.
// False: a later part, which is not a line of its own.
bool take_prefixes(std::string_view& text) {
  if (!text.starts_with('[')) return true;
  auto const close = text.find("] ");
  if (close > 12) return true;  // or nowhere
  auto const inside = text.substr(1, close - 1);
  auto const slash = inside.find_first_of("/\\");
  bool const is_number =
      !inside.empty() && inside.find_first_not_of("0123456789/\\") == std::string_view::npos;
  if (!is_number) return true;
  text.remove_prefix(close + 2);
  if (slash == std::string_view::npos) return take_prefixes(text);
  return inside.substr(0, slash) == "1";
}

bool is_about_message(std::string_view what) {
  for (auto const stage : {"RCPT", "MAIL", "DATA", "BDAT", "PRDR", "after DATA", "during MIME",
                           "by local_scan()", "after per-recipient", "because"})
    if (what.starts_with(stage)) return true;
  return false;
}

}  // namespace

void EximLog::line(LogLine const& line) {
  auto text = line.text;
  auto at = line.at;
  if (!take_prefixes(text)) return;
  if (auto const own = clock_.take_iso(text)) {
    at = *own;
    text = trimmed(text);
    if (!take_prefixes(text)) return;
  }
  auto const id = take_exim_id(text);
  if (!id.empty() && text.starts_with("<= "))
    received(at, id, text.substr(3), Reply::accepted);
  else if (!id.empty() && text.starts_with("(= "))
    received(at, id, text.substr(3), Reply::refused);
  else if (text.starts_with("TLS error on connection "))
    failed_handshake(at, text.substr(24));
  else if (text.starts_with("H="))
    about_client(at, id, text.substr(2));
  else if (text.starts_with("rejected from <"))
    rejected_from(at, text.substr(14), policy::Outcome::refused);
  else if (text.starts_with("temporarily rejected from <"))
    rejected_from(at, text.substr(26), policy::Outcome::deferred);
  else if (!id.empty() && text.starts_with("SA: "))
    verdicts_.tell(at, ContentVerdicts::queue_key(id), exim_verdict(text));
}

// " U=ident P=esmtps L X=TLS1.3:... CV=no DN="..."", as far as it is there.
void EximLog::set_protocol(std::string_view& text, Reception& out) {
  auto const protocol = take_exim_protocol(text);
  auto const tls = take_exim_tls(text);
  if (protocol.is_of_this_host)
    out.origin = Origin::local;
  else if (protocol.is_authenticated)
    out.origin = Origin::authenticated;
  if (!tls.cipher.empty() || protocol.tls == Tristate::yes) {
    set_tls(tls, out.tls);
    hides_ciphers_ = hides_ciphers_ || tls.cipher.empty();
  } else {
    out.tls.used = protocol.tls;
  }
}

// "sender R=1smk... H=rdns (helo) [ip] U=ident P=esmtps L X=TLS1.3:... CV=no DN="..." A=... S=n id=... for a
// b"
void EximLog::received(Instant at, std::string_view id, std::string_view text, Reply reply) {
  Reception reception;
  reception.kind = Reception::Kind::lone_message;
  reception.at = at;
  reception.has_sender = true;
  auto const sender = take_exim_address(text);
  if (sender != "<>") reception.sender = sender;
  while (text.starts_with(" R=") || text.starts_with(" DS ")) take_exim_word(text);
  bool const has_host = text.starts_with(" H=");
  if (has_host) {
    text.remove_prefix(3);
    set_host(take_exim_host(text), reception);
  }
  set_protocol(text, reception);
  if (!has_host) reception.origin = Origin::local;
  if (reply == Reply::refused) {
    reception.outcome = policy::Outcome::refused;
    reception.code = 550;
  }
  auto const message_key = ContentVerdicts::message_key(between(text, " id=", ' '));
  reception.wanted = verdicts_.of(at, ContentVerdicts::queue_key(id), message_key);
  for (auto const recipient : exim_recipients(text))
    if (reception.recipients.size() < most_listed) reception.recipients.emplace_back(recipient);
  sink_.take(std::move(reception));
}

// "H=(helo) [ip] X=... F=<sender> rejected RCPT <x>: reason", "H=... Warning: "SpamAssassin as ...""
void EximLog::about_client(Instant at, std::string_view id, std::string_view text) {
  auto const host = take_exim_host(text);
  if (!host.address) return;
  if (auto const wanted = exim_verdict(text); wanted != Wanted::unknown && !id.empty())
    verdicts_.tell(at, ContentVerdicts::queue_key(id), wanted);
  else
    rejection(at, host, text);
}

Tristate EximLog::used_tls(EximTls const& tls) const {
  if (!tls.cipher.empty() || !tls.verified.empty()) return Tristate::yes;
  return hides_ciphers_ ? Tristate::unknown : Tristate::no;
}

// " U=ident X=... CV=no F=<sender> A=... SPF=fail temporarily rejected RCPT <x>: reason". Users who have
// logged in are not from outside.
void EximLog::rejection(Instant at, EximHost const& host, std::string_view text) {
  while (text.starts_with(" U=") || text.starts_with(" Ci=")) take_exim_word(text);
  Reception reception;
  reception.at = at;
  set_host(host, reception);
  auto const tls = take_exim_tls(text);
  if (used_tls(tls) == Tristate::yes)
    set_tls(tls, reception.tls);
  else
    reception.tls.used = used_tls(tls);
  if (text.starts_with(" F=<")) {
    auto const sender = angle_path(text, " F=");
    if (!sender) return;
    reception.has_sender = true;
    reception.sender = *sender;
    text.remove_prefix(std::min(text.size(), std::string_view(" F=<>").size() + sender->size()));
  }
  if (text.starts_with(" A=")) return;
  while (text.starts_with(" SPF=") || text.starts_with(" DMARC=")) take_exim_word(text);
  while (text.starts_with(' ')) text.remove_prefix(1);
  bool const later = text.starts_with("temporarily ");
  if (later) text.remove_prefix(12);
  if (!text.starts_with("rejected ")) return;
  text.remove_prefix(9);
  if (!is_about_message(text)) return;
  reception.outcome = later ? policy::Outcome::deferred : policy::Outcome::refused;
  reception.code = later ? 451 : 550;
  if (auto const mail = angle_path(text, "MAIL "); mail && text.starts_with("MAIL ")) {
    reception.has_sender = true;
    reception.sender = *mail;
  }
  if (text.starts_with("RCPT "))
    if (auto const recipient = angle_path(text, "RCPT ")) reception.recipients.emplace_back(*recipient);
  sink_.take(std::move(reception));
}

// "<sender> H=rdns [ip]: message too big: read=501 max=500": whether it came over TLS is not told.
void EximLog::rejected_from(Instant at, std::string_view text, policy::Outcome outcome) {
  auto const sender = angle_path(text, "");
  if (!sender) return;
  text.remove_prefix(std::min(text.size(), sender->size() + 2));
  if (!text.starts_with(" H=")) return;
  text.remove_prefix(3);
  auto const host = take_exim_host(text);
  if (!host.address) return;
  Reception reception;
  reception.at = at;
  set_host(host, reception);
  reception.has_sender = true;
  reception.sender = *sender;
  reception.outcome = outcome;
  reception.code = outcome == policy::Outcome::deferred ? 451 : 552;
  sink_.take(std::move(reception));
}

// "from H [ip] (SSL_accept): error:...", with " Ci=..." before: but "(recv)" comes after the handshake.
void EximLog::failed_handshake(Instant at, std::string_view text) {
  if (text.starts_with("Ci=")) text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
  if (!text.starts_with("from ")) return;
  text.remove_prefix(5);
  auto const host = take_exim_host(text);
  if (text.starts_with(" (via inetd)")) text.remove_prefix(12);
  if (!host.address || !text.starts_with(" (")) return;
  auto const step = text.substr(2, text.find(')') - 2);
  if (step == "recv" || step == "send" || step.starts_with("SSL_read") || step.starts_with("SSL_write"))
    return;
  Reception reception;
  reception.kind = Reception::Kind::session;
  reception.at = at;
  set_host(host, reception);
  reception.tls.used = Tristate::no;
  auto reason = openssl_reason(text);
  auto const colon = text.find("): ");
  if (reason.empty()) reason = colon == std::string_view::npos ? step : text.substr(colon + 3);
  reception.tls.failure = printable(reason, 120);
  sink_.take(std::move(reception));
}

// Exim writes its time with a blank in it, and names no program behind it. rspamd's time is the same, and
// "#pid(" follows.
bool EximMainLog::line_looks_like(std::string_view line) {
  LogClock clock(Instant{}, {});
  auto rest = line;
  if (!clock.take_iso(rest) || line[10] != ' ' || trimmed(rest).starts_with('#')) return false;
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

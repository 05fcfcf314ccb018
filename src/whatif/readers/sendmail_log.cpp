#include "whatif/readers/sendmail_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_waiting = 100'000;

std::uint64_t process_key(LogLine const& line) {
  return hash_of(line.host) ^ (line.pid * 0x9E3779B97F4A7C15ULL);
}
std::uint64_t queue_key(LogLine const& line, std::string_view id) {
  return hash_of(id, hash_of(line.host) + 1);
}

// "relay=mail.example [192.0.2.1] (may be forged)", "relay=[192.0.2.1]", "relay=root@localhost"
void read_relay(std::string_view text, Reception& out) {
  auto const at = text.find("relay=");
  if (at == std::string_view::npos) return;
  auto relay = text.substr(at + 6);
  relay = relay.substr(0, relay.find(", "));
  auto const peer = bracketed_peer(relay);
  if (!peer) {
    out.origin = Origin::local;
    return;
  }
  out.client = peer->address;
  out.has_client = true;
  bool const forged = relay.find("may be forged") != std::string_view::npos;
  auto name = peer->name;
  if (auto const ident = name.find('@'); ident != std::string_view::npos) name.remove_prefix(ident + 1);
  if (!forged) out.client_name = name;
}

bool is_queue_id(std::string_view text) {
  if (text.size() < 8 || text.size() > 20) return false;
  for (char const c : text)
    if (!is_alnum(c)) return false;
  return true;
}

}  // namespace

bool SendmailLog::speaks(std::string_view program) {
  return program.starts_with("sm-mta") || program.starts_with("sendmail") || program == "sm-msp-queue";
}

void SendmailLog::line(LogLine const& line) {
  auto text = line.text;
  if (text.starts_with("msg=\"")) {  // FortiMail
    text.remove_prefix(5);
    if (text.ends_with('"')) text.remove_suffix(1);
  }
  std::string_view id;
  if (auto const colon = text.find(": ");
      colon != std::string_view::npos && is_queue_id(text.substr(0, colon))) {
    id = text.substr(0, colon);
    text.remove_prefix(colon + 2);
  }
  if (text.starts_with("STARTTLS=server"))
    starttls(line, id, text);
  else if (text.starts_with("from="))
    from(line, id, text);
  else if (text.starts_with("ruleset="))
    ruleset(line, text);
  else if (text.starts_with("STARTTLS: "))
    return;
  else if (auto const at = text.find(" did not issue MAIL/EXPN/VRFY/ETRN during connection");
           at != std::string_view::npos)
    tls_.erase(process_key(line));
}

// "STARTTLS=server, relay=H [IP], version=TLSv1.3, verify=NO, cipher=..., bits=256/256", or
// "STARTTLS=server, error: accept failed=-1, reason=..., relay=H [IP]".
void SendmailLog::starttls(LogLine const& line, std::string_view id, std::string_view text) {
  Reception session;
  session.kind = Reception::Kind::session;
  session.at = line.at;
  read_relay(text, session);
  if (text.find("error: accept failed") != std::string_view::npos) {
    auto const reason = between(text, "reason=", ',');
    session.tls.used = Tristate::no;
    session.tls.failure = reason.empty() ? std::string("handshake failed") : printable(reason, 120);
    sink_.take(std::move(session));
    return;
  }
  auto const version = between(text, "version=", ',');
  if (version.empty()) return;  // STARTTLS=server, cert-subject=...
  session.tls.used = Tristate::yes;
  session.tls.version = tls_version_name(version);
  auto const verify = between(text, "verify=", ',');
  if (verify == "OK" || verify == "TRUSTED")
    session.tls.certificate = policy::ClientCertificate::trusted;
  else if (verify == "NO" || verify == "NOT" || verify == "NONE")
    session.tls.certificate = policy::ClientCertificate::none;
  else if (verify == "FAIL")
    session.tls.certificate = policy::ClientCertificate::untrusted;
  auto const key = id.empty() ? process_key(line) : queue_key(line, id);
  tls_[key] = session.tls;
  order_.push_back(key);
  if (order_.size() > most_waiting) {
    tls_.erase(order_.front());
    order_.pop_front();
  }
  sink_.take(std::move(session));
}

TlsSeen* SendmailLog::known_tls(LogLine const& line, std::string_view id) {
  for (auto const key : {queue_key(line, id), process_key(line)})
    if (auto const found = tls_.find(key); found != tls_.end()) return &found->second;
  return nullptr;
}

// "from=<a@b>, size=9, class=0, nrcpts=1, msgid=<..>, proto=ESMTPS, daemon=MTA, relay=H [IP]"
void SendmailLog::from(LogLine const& line, std::string_view id, std::string_view text) {
  auto const protocol = between(text, "proto=", ',');
  Reception reception;
  reception.at = line.at;
  read_relay(text, reception);
  if (protocol.empty() && !reception.has_client) reception.origin = Origin::local;
  auto const daemon = between(text, "daemon=", ',');
  if (daemon.starts_with("MSA") || daemon.starts_with("MSP") || protocol.ends_with('A') ||
      text.find("auth=") != std::string_view::npos)
    reception.origin = Origin::authenticated;
  auto sender = angle_path(text, "from=");
  if (!sender) sender = between(text, "from=", ',');
  reception.has_sender = true;
  reception.sender = *sender;
  if (number_in(between(text, "nrcpts=", ',')) == 0) return;  // all of its recipients were refused
  bool const tls =
      protocol == "ESMTPS" || protocol == "ESMTPSA" || protocol == "SMTPS" || protocol == "UTF8SMTPS";
  auto const* known = known_tls(line, id);
  if (tls) {
    if (known != nullptr) reception.tls = *known;
    reception.tls.used = Tristate::yes;
  } else if (!protocol.empty()) {
    reception.tls.used = Tristate::no;
  }
  if (known == nullptr) reception.kind = Reception::Kind::lone_message;
  sink_.take(std::move(reception));
}

// "ruleset=check_rcpt, arg1=<x@y>, relay=H [IP], reject=550 5.7.1 <x@y>... Relaying denied"
void SendmailLog::ruleset(LogLine const& line, std::string_view text) {
  auto const reject = between(text, "reject=", '\n');
  if (reject.empty()) return;
  Reception reception;
  reception.at = line.at;
  read_relay(text, reception);
  auto const code = number_in(reject);
  reception.code = code <= 599 ? static_cast<std::uint16_t>(code) : std::uint16_t{0};
  reception.outcome = refusal_outcome(code);
  auto const argument = angle_path(text, "arg1=");
  if (!argument) return;  // check_relay: the connection was refused
  if (text.starts_with("ruleset=check_rcpt")) {
    reception.recipients.emplace_back(*argument);
  } else if (text.starts_with("ruleset=check_mail")) {
    reception.has_sender = true;
    reception.sender = *argument;
  } else {
    return;
  }
  auto const* known = known_tls(line, {});
  if (known != nullptr) reception.tls = *known;
  sink_.take(std::move(reception));
}

}  // namespace postern::whatif

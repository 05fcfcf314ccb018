#include "whatif/readers/postfix_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// "submission" of "postfix/submission/smtpd"; empty: the plain one
std::string_view service_of(std::string_view program) {
  auto const last = program.rfind('/');
  auto const first = program.find('/');
  return first == last ? std::string_view() : program.substr(first + 1, last - first - 1);
}

bool is_submission(std::string_view service) {
  return service == "submission" || service == "submissions" || service == "smtps" || service == "587" ||
         service == "465";
}

constexpr std::size_t longest_queue_id = 24;

// Where "TLS connection " is, in front or behind one word: Anonymous, Untrusted, Trusted, Verified.
std::size_t tls_connection(std::string_view text) {
  if (text.empty() || std::string_view("AUTV").find(text.front()) == std::string_view::npos)
    return std::string_view::npos;
  return text.substr(0, 27).find("TLS connection ");
}

bool is_queue_id(std::string_view text) {
  if (text.size() < 5 || text.size() > longest_queue_id) return false;
  for (char const c : text)
    if (!is_alnum(c)) return false;
  return true;
}

// "9F2A1: rest" taken apart; false: there is no queue id in front.
bool take_queue_id(std::string_view& text, std::string_view& id) {
  auto const colon = text.substr(0, longest_queue_id + 1).find(':');
  if (colon == std::string_view::npos || !is_queue_id(text.substr(0, colon))) return false;
  id = text.substr(0, colon);
  text.remove_prefix(std::min(colon + 2, text.size()));
  return true;
}

// What follows the queue id, without looking at that: to pass over lines of no interest.
std::string_view behind_queue_id(std::string_view text) {
  auto const colon = text.substr(0, longest_queue_id + 1).find(':');
  return colon == std::string_view::npos ? std::string_view() : text.substr(std::min(colon + 2, text.size()));
}

// "[192.0.2.1]:1234 ..." cut behind the port
std::string_view address_and_port(std::string_view text) {
  auto const close = text.find("]:");
  if (close == std::string_view::npos) return text;
  return text.substr(0, std::min(text.find_first_not_of("0123456789", close + 2), text.size()));
}

}  // namespace

bool PostfixLog::speaks(std::string_view program) {
  auto const first = program.find('/');
  return first != std::string_view::npos &&
         program.substr(0, first).find("postfix") != std::string_view::npos;
}

PostfixLog::Daemon PostfixLog::daemon_named(std::string_view name) {
  if (name == "smtpd") return Daemon::smtpd;
  if (name == "qmgr" || name == "nqmgr" || name == "oqmgr") return Daemon::qmgr;
  if (name == "cleanup") return Daemon::cleanup;
  if (name == "postscreen") return Daemon::postscreen;
  if (name == "tlsproxy") return Daemon::tlsproxy;
  return Daemon::other;
}

PostfixLog::Program const& PostfixLog::program_of(LogLine const& line) {
  for (auto const& program : programs_)
    if (program.name == line.program && program.host == line.host) return program;
  auto& program = programs_[next_program_++ % programs_.size()];
  program.host = line.host;
  program.name = line.program;
  program.submission = is_submission(service_of(line.program));
  program.scope = hash_of(line.program.substr(0, line.program.find('/')), hash_of(line.host));
  program.daemon = daemon_named(line.program.substr(line.program.rfind('/') + 1));
  return program;
}

std::uint64_t PostfixLog::peer_key(std::string_view peer) const {
  return hash_of(address_and_port(peer), scope_ + 1);
}

void PostfixLog::line(LogLine const& line) {
  now_ = line.at;
  auto const& program = program_of(line);
  scope_ = program.scope;
  submission_ = program.submission;
  switch (program.daemon) {
    case Daemon::smtpd: return smtpd(line);
    case Daemon::qmgr: return qmgr(line);
    case Daemon::cleanup: return cleanup(line);
    case Daemon::postscreen: return postscreen(line);
    case Daemon::tlsproxy: return tlsproxy(line);
    case Daemon::other: break;
  }
  if (settings_.wants_recipients) delivery(line);
}

void PostfixLog::smtpd(LogLine const& line) {
  auto const text = line.text;
  auto const key = scope_ ^ (line.pid * 0x9E3779B97F4A7C15ULL);
  if (text.starts_with("connect from ")) {
    auto& session = join_.open(key, line.at);
    session.whole = true;
    session.set_peer(text.substr(13));
    if (submission_) session.origin = Origin::authenticated;
  } else if (text.starts_with("disconnect from ")) {
    join_.at(key, line.at).set_peer(text.substr(16));
    join_.close(key, line.at, text.substr(16));
  } else if (auto const at = tls_connection(text); at != std::string_view::npos) {
    auto const from = text.find(" from ", at);
    if (from == std::string_view::npos) return;
    auto& session = join_.at(key, line.at);
    session.set_peer(text.substr(from + 6));
    if (submission_) session.origin = Origin::authenticated;
    tls_line(session, text);
  } else if (text.starts_with("SSL_accept error from ")) {
    auto& session = join_.at(key, line.at);
    session.set_peer(text.substr(22));
    auto const colon = text.rfind(": ");
    auto const why = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 2);
    session.tls_failed(why == "-1" || why == "0" ? std::string_view() : why);
  } else if (text.starts_with("warning: TLS library problem: ")) {
    if (auto* session = join_.find(key)) session->tls_failed(openssl_reason(text));
  } else if (!text.starts_with("warning: ")) {
    with_queue_id(line, key);
  }
}

// "NOQUEUE: ..." or "9F2A1: ..."; Postfix before 3.10 writes "proxy-accept: ..." with neither in front. Other
// lines tell nothing of a message: "lost connection after", "timeout after", statistics.
void PostfixLog::with_queue_id(LogLine const& line, std::uint64_t key) {
  auto rest = line.text;
  std::string_view id = "NOQUEUE";
  if (!rest.starts_with("proxy-") && !take_queue_id(rest, id)) return;
  bool const noqueue = id == "NOQUEUE";
  if (rest.starts_with("client=")) {
    auto& session = join_.at(key, line.at);
    session.set_peer(rest.substr(7));
    if (submission_) session.origin = Origin::authenticated;
    bool const authenticated = rest.find("sasl_") != std::string_view::npos;
    if (!noqueue)
      join_.begin_message(hash_of(id, scope_), session, line.at, authenticated);
    else if (authenticated)
      session.origin = Origin::authenticated;
  } else if (rest.starts_with("reject: ") || rest.starts_with("milter-reject: ")) {
    auto& session = join_.at(key, line.at);
    if (auto const from = rest.find(" from "); from != std::string_view::npos)
      session.set_peer(rest.substr(from + 6));
    if (noqueue || rest.starts_with("milter-reject: END")) session.refused(rest);
  } else if (rest.starts_with("reject_warning: ")) {
    auto& session = join_.at(key, line.at);
    if (rest.find("Session encryption is required") != std::string_view::npos &&
        session.tls.used == Tristate::unknown)
      session.tls.used = Tristate::no;
    stats_.note(
        "There are reject_warning lines: the server is trying out a rule. What it warned of is not counted "
        "as "
        "refused.");
  } else if (rest.starts_with("proxy-accept: END-OF-MESSAGE: ")) {
    proxied(join_.at(key, line.at), line, rest);
  } else if (rest.starts_with("proxy-reject: END-OF-MESSAGE: ")) {
    join_.at(key, line.at).refused(rest);
  } else if (rest.starts_with("abort: TLS from ")) {
    auto const why = rest.rfind(": ");
    join_.at(key, line.at).tls_failed(why == std::string_view::npos ? rest : rest.substr(why + 2));
  }
}

// "Anonymous TLS connection established from H[IP] to name: TLSv1.3 with cipher ..."
void PostfixLog::tls_line(Session& session, std::string_view text) {
  join_.tells_tls();
  session.tls.used = Tristate::yes;
  auto const address_end = text.find(']');
  auto const colon = text.find(": ", address_end == std::string_view::npos ? 0 : address_end);
  if (colon != std::string_view::npos) session.tls.version = tls_version_name(text.substr(colon + 2));
  if (text.starts_with("Anonymous"))
    session.tls.certificate = policy::ClientCertificate::none;
  else if (text.starts_with("Untrusted"))
    session.tls.certificate = policy::ClientCertificate::untrusted;
  else if (text.starts_with("Trusted") || text.starts_with("Verified"))
    session.tls.certificate = policy::ClientCertificate::trusted;
}

// A before-queue filter took it: "proxy-accept: END-OF-MESSAGE: 250 ...; from=<a> to=<b> proto=ESMTP
// helo=<c>"
void PostfixLog::proxied(Session& session, LogLine const& line, std::string_view text) {
  auto const sender = angle_path(text, " from=");
  if (!sender) return;
  auto reception = join_.reception_of(session);
  reception.at = line.at;
  reception.has_sender = true;
  reception.sender = *sender;
  if (auto const to = angle_path(text, " to=")) reception.recipients.emplace_back(*to);
  join_.pass_on(session, std::move(reception));
}

PostfixLog::MessageLine PostfixLog::message_line(std::string_view text) {
  MessageLine out;
  std::string_view id;
  if (!take_queue_id(text, id)) return out;
  out.key = hash_of(id, scope_);
  out.message = join_.message(out.key);
  out.rest = text;
  return out;
}

// "QID: from=<a>, size=1, nrcpt=1 (queue active)" and "QID: removed"
void PostfixLog::qmgr(LogLine const& line) {
  auto const at_a_glance = behind_queue_id(line.text);
  bool const begins = at_a_glance.starts_with("from=<");
  if (!begins && !(settings_.wants_recipients && at_a_glance == "removed")) return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr) return;
  if (begins) {
    message->accepted = true;
    message->sender = angle_path(rest, "from=").value_or(std::string_view());
    if (settings_.wants_recipients)
      message->recipients_due = static_cast<std::uint32_t>(number_in(between(rest, "nrcpt=", ' ')));
  } else {
    message->recipients_due = 0;
  }
  join_.give_if_complete(key);
}

// "QID: to=<real>, orig_to=<as given>, relay=..., status=sent (...)": only when a rule asks for recipients.
void PostfixLog::delivery(LogLine const& line) {
  if (!behind_queue_id(line.text).starts_with("to=<")) return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr || message->recipients_due == 0) return;
  auto to = angle_path(rest, " orig_to=");
  if (!to) to = angle_path(rest, "to=");
  if (to && message->recipients.size() < most_listed) message->recipients.emplace_back(*to);
  --message->recipients_due;
  join_.give_if_complete(key);
}

// "QID: milter-reject: END-OF-MESSAGE from H[IP]: 5.7.1 ...; from=<a> to=<b> ...", "QID: reject: header ...".
void PostfixLog::cleanup(LogLine const& line) {
  auto const at_a_glance = behind_queue_id(line.text);
  if (!at_a_glance.starts_with("milter-reject: ") && !at_a_glance.starts_with("reject: ")) return;
  auto const [key, message, rest] = message_line(line.text);
  if (message == nullptr) return;
  join_.session_of(*message).refused(rest);
  message->accepted = false;
  join_.drop_message(key);
}

void PostfixLog::postscreen(LogLine const& line) {
  auto const text = line.text;
  if (text.starts_with("CONNECT from ")) {
    auto& session = join_.open(peer_key(text.substr(13)), line.at);
    session.whole = true;
    session.set_peer(text.substr(13));
  } else if (text.starts_with("NOQUEUE: reject: RCPT from ")) {
    auto& session = join_.at(peer_key(text.substr(27)), line.at);
    session.set_peer(text.substr(27));
    session.refused(text);
  } else if (text.starts_with("DISCONNECT ") || text.starts_with("PASS NEW ") ||
             text.starts_with("PASS OLD ")) {
    auto const key = peer_key(text.substr(text.starts_with("PASS") ? 9 : 11));
    auto* session = join_.find(key);
    if (session == nullptr) return;
    // smtpd logs what becomes of a client that is passed on to it. Of one that only postscreen saw it is not
    // known whether it can use TLS.
    if (session->tls.used == Tristate::unknown && session->refusals.empty()) session->has_client = false;
    join_.close(key, line.at, {});
  }
}

// "Anonymous TLS connection established from [ip]:port: ...", "TLS handshake failed for service=smtp
// peer=[ip]:port"
void PostfixLog::tlsproxy(LogLine const& line) {
  auto const text = line.text;
  auto const from = text.find(" from [");
  bool const established = from != std::string_view::npos && text.find("TLS connection ") < from;
  auto const peer =
      established ? text.substr(from + 6) : between(text, "TLS handshake failed for service=smtp peer=", ' ');
  if (peer.empty()) return;
  auto& session = join_.at(peer_key(peer), line.at);
  session.set_peer(peer);
  if (established)
    tls_line(session, text);
  else
    session.tls_failed({});
}

}  // namespace postern::whatif

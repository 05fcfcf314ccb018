#include "whatif/readers/postfix_log.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_instances = 64;  // of which a service may have another name than its queue manager

// Where "TLS connection " is, in front or behind one word: Anonymous, Untrusted, Trusted, Verified.
std::size_t tls_connection(std::string_view text) {
  if (text.empty() || std::string_view("AUTV").find(text.front()) == std::string_view::npos)
    return std::string_view::npos;
  return text.substr(0, 27).find("TLS connection ");
}

// "reject: DATA from", "milter-reject: END-OF-MESSAGE from": the whole message is refused.
bool is_of_whole_message(std::string_view refusal) {
  auto const colon = refusal.find(": ");
  if (colon == std::string_view::npos) return false;
  auto const stage = refusal.substr(colon + 2);
  return stage.starts_with("END") || stage.starts_with("DATA") || stage.starts_with("BDAT");
}

// "... 250 2.0.0 Ok: queued as 9F2A1; from=<a>": the last is the server's, whatever the filter says.
std::string_view queued_as(std::string_view answer) {
  constexpr std::string_view words = "queued as ";
  auto const at = answer.rfind(words);
  if (at == std::string_view::npos) return {};
  auto const id = answer.substr(at + words.size());
  std::size_t end = 0;
  while (end < id.size() && is_alnum(id[end])) ++end;
  return id.substr(0, end);
}

std::string number_of(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

bool PostfixLog::speaks(std::string_view program) {
  return program.find('/') != std::string_view::npos &&
         postfix_instance(program).find("postfix") != std::string_view::npos;
}

PostfixLog::Program const& PostfixLog::program_of(LogLine const& line) {
  for (auto const& program : programs_)
    if (program.name == line.program && program.host == line.host) return program;
  auto& program = programs_[next_program_++ % programs_.size()];
  program.host = line.host;
  program.name = line.program;
  program.submission = is_postfix_submission(line.program);
  program.daemon = postfix_daemon(line.program);
  program.host_key = hash_of(line.host);
  program.scope = hash_of(postfix_instance(line.program), program.host_key);
  auto const slash = line.program.rfind('/');
  program.service = hash_of(line.program.substr(0, slash), program.host_key);
  note_instance(program);
  return program;
}

void PostfixLog::note_instance(Program const& program) {
  bool const is_queue = program.daemon == PostfixDaemon::qmgr;
  for (auto& instance : instances_)
    if (instance.scope == program.scope) {
      instance.has_queue = instance.has_queue || is_queue;
      return;
    }
  if (instances_.size() < most_instances)
    instances_.push_back({.host_key = program.host_key, .scope = program.scope, .has_queue = is_queue});
}

PostfixLog::Session& PostfixLog::opened(std::uint64_t key, Instant at) {
  auto& session = join_.open(key, at);
  session.service = program_->service;
  if (program_->submission) session.origin = Origin::authenticated;
  return session;
}

PostfixLog::Session& PostfixLog::at(std::uint64_t key, Instant at) {
  auto* found = join_.find(key);
  return found != nullptr ? *found : opened(key, at);
}

void PostfixLog::line(LogLine const& line) {
  now_ = line.at;
  program_ = &program_of(line);
  switch (program_->daemon) {
    case PostfixDaemon::smtpd: return smtpd(line);
    case PostfixDaemon::qmgr: return qmgr(line);
    case PostfixDaemon::cleanup: return cleanup(line);
    case PostfixDaemon::pickup: return pickup(line);
    case PostfixDaemon::postscreen: return postscreen(line);
    case PostfixDaemon::tlsproxy: return tlsproxy(line);
    case PostfixDaemon::other: break;
  }
  if (settings_.wants_recipients) delivery(line);
}

void PostfixLog::smtpd(LogLine const& line) {
  auto const text = line.text;
  auto const key = program_->scope ^ (line.pid * 0x9E3779B97F4A7C15ULL);
  if (text.starts_with("connect from ")) {
    auto& session = opened(key, line.at);
    session.whole = true;
    session.set_peer(text.substr(13));
  } else if (text.starts_with("disconnect from ")) {
    at(key, line.at).set_client(text.substr(16));
    join_.close(key, line.at, text.substr(16));
  } else if (auto const tls = tls_connection(text); tls != std::string_view::npos) {
    auto const from = text.find(" from ", tls);
    if (from == std::string_view::npos) return;
    auto& session = at(key, line.at);
    session.set_peer(text.substr(from + 6));
    tls_line(session, text);
  } else if (text.starts_with("SSL_accept error from ")) {
    auto& session = at(key, line.at);
    session.set_peer(text.substr(22));
    auto const colon = text.rfind(": ");
    auto const why = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 2);
    session.tls_failed(why == "-1" || why == "0" ? std::string_view() : why);
  } else if (text.starts_with("warning: ")) {
    if (auto* session = join_.find(key)) smtpd_warning(*session, text.substr(9));
  } else {
    with_queue_id(line, key);
  }
}

// "TLS library problem: error:...", "Illegal address syntax from H[IP] in MAIL command: <a", "Message
// delivery request rate limit exceeded: 3 from H[IP] for service smtp": the latter two refuse MAIL, and no
// other line says so.
void PostfixLog::smtpd_warning(Session& session, std::string_view text) {
  if (text.starts_with("TLS library problem: "))
    session.tls_failed(openssl_reason(text));
  else if (text.find(" in MAIL command") != std::string_view::npos ||
           text.find(" rate limit exceeded: ") != std::string_view::npos)
    session.mail_refused = true;
}

// "NOQUEUE: ..." or "9F2A1: ..."; Postfix before 3.10 writes "proxy-accept: ..." and "lost connection after
// ..." with neither in front. Other lines tell nothing of a message.
void PostfixLog::with_queue_id(LogLine const& line, std::uint64_t key) {
  auto rest = line.text;
  std::string_view id = "NOQUEUE";
  bool const has_id = take_postfix_queue_id(rest, id);
  if (rest.starts_with("lost connection after STARTTLS ") || rest.starts_with("timeout after STARTTLS ")) {
    at(key, line.at).lost_in_starttls = true;
  } else if (!has_id && !rest.starts_with("proxy-")) {
    return;
  } else if (rest.starts_with("client=")) {
    client(at(key, line.at), line, id, rest);
  } else if (rest.starts_with("reject: ") || rest.starts_with("milter-reject: ")) {
    refusal(at(key, line.at), id, rest);
  } else if (rest.starts_with("hold: ") || rest.starts_with("discard: ") ||
             rest.starts_with("milter-hold: ") || rest.starts_with("milter-discard: ")) {
    hold(at(key, line.at), id, rest);
  } else if (rest.starts_with("reject_warning: ")) {
    at(key, line.at).warned(rest);
    stats_.note(
        "There are reject_warning lines: the server is trying out a rule. What it warned of is not counted "
        "as "
        "refused.");
  } else if (rest.starts_with("proxy-accept: END-OF-MESSAGE: ")) {
    proxied(at(key, line.at), line, rest);
  } else if (rest.starts_with("proxy-reject: END-OF-MESSAGE: ")) {
    at(key, line.at).refused(rest);
  } else if (rest.starts_with("abort: TLS from ")) {
    auto const why = rest.rfind(": ");
    at(key, line.at).tls_failed(why == std::string_view::npos ? rest : rest.substr(why + 2));
  }
}

// "client=H[IP], sasl_method=PLAIN, sasl_username=u, orig_queue_id=8D1, orig_client=H2[IP2]": the latter two
// are a content filter's (XFORWARD), which only hosts of the owner's may say.
void PostfixLog::client(Session& session, LogLine const& line, std::string_view id, std::string_view rest) {
  session.set_client(rest.substr(7));
  bool const authenticated = rest.find(", sasl_") != std::string_view::npos;
  if (id == "NOQUEUE") {  // for a filter before the queue: proxied()
    session.logged_in = session.logged_in || authenticated;
    return;
  }
  auto& message = join_.begin_message(hash_of(id, program_->scope), session, line.at);
  message.authenticated = authenticated;
  message.put_back = rest.find(", orig_queue_id=") != std::string_view::npos ||
                     rest.find(", orig_client=") != std::string_view::npos;
  message.queue_key = ContentVerdicts::queue_key(id);
  if (session.via_front) {
    message.has_own_client = true;
    message.client = session.client;
    message.client_name = session.name;
  }
  if (session.hold_next) {
    session.hold_next = false;
    message.held = true;
    message.wanted = session.hold_wanted;
    message.sender = std::move(session.hold_sender);
  }
}

// "reject: RCPT from H[IP]: 550 ...", with a queue id when an earlier recipient was accepted.
void PostfixLog::refusal(Session& session, std::string_view id, std::string_view rest) {
  if (auto const from = rest.find(" from "); from != std::string_view::npos)
    session.set_client(rest.substr(from + 6));
  bool const has_no_message = id == "NOQUEUE";
  if (!has_no_message && !is_of_whole_message(rest)) return;
  session.refused(rest);
  if (has_no_message) return;
  auto const key = hash_of(id, program_->scope);
  if (auto* message = join_.message(key)) {
    message->accepted = false;
    join_.drop_message(key);
  }
}

// "discard: RCPT from H[IP]: <b>: Recipient address triggers DISCARD action; from=<a> to=<b> ...": the client
// is told 250, and the queue manager does not hear of it, or much later.
void PostfixLog::hold(Session& session, std::string_view id, std::string_view rest) {
  auto const sender = angle_path(rest, " from=");
  if (!sender) return;
  bool const discards = rest.starts_with("discard: ") || rest.starts_with("milter-discard: ");
  auto const wanted = discards ? Wanted::unwanted : Wanted::unknown;
  if (id == "NOQUEUE") {
    session.hold_next = true;
    session.hold_wanted = wanted;
    session.hold_sender = *sender;
  } else if (auto* message = join_.message(hash_of(id, program_->scope))) {
    message->held = true;
    message->wanted = wanted;
    message->sender = *sender;
  }
}

// A before-queue filter took it: "proxy-accept: END-OF-MESSAGE: 250 ...; from=<a> to=<b> proto=ESMTP
// helo=<c>". It is given with the end of its session, whose counters tell of TLS.
void PostfixLog::proxied(Session& session, LogLine const& line, std::string_view text) {
  auto const sender = angle_path(text, "; from=");
  if (!sender) return;
  auto const put_back_as = queued_as(text.substr(0, text.find("; from=")));
  auto const* put_back = join_.message(hash_of(put_back_as, program_->scope));
  auto const message_key = put_back == nullptr ? ContentVerdicts::no_key : put_back->message_key;
  auto const key = hash_of("proxy-accept", program_->scope + ++proxied_);
  auto& message = join_.begin_message(key, session, line.at);
  message.accepted = true;
  message.sender = *sender;
  if (auto const to = angle_path(text, " to=")) message.recipients.emplace_back(*to);
  message.queue_key = ContentVerdicts::queue_key(put_back_as);
  message.message_key = message_key;
  if (!session.via_front) return;
  message.has_own_client = true;
  message.client = session.client;
  message.client_name = session.name;
}

// "Anonymous TLS connection established from H[IP] to name: TLSv1.3 with cipher ..."
void PostfixLog::tls_line(Session& session, std::string_view text) {
  join_.tells_tls(program_->service);
  session.tls_told = true;
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

void PostfixLog::end() {
  join_.end(now_);
  if (auto const count = join_.messages_via_front(); count > 0)
    stats_.note(
        number_of(count, "message") +
        " came through a host in front (a proxy that names the client by XCLIENT). TLS ends there, so "
        "this log cannot tell whether the clients used it; the log of that host may.");
  if (auto const count = join_.messages_put_back(); count > 0)
    stats_.note(number_of(count, "message") +
                " put back into the queue by a content filter (orig_client=, orig_queue_id=): not counted "
                "again. If another host received them, read its log, too.");
  if (auto const count = join_.messages_left_unknown(); count > 0)
    stats_.note("Of " + number_of(count, "message") +
                " the log tells neither TLS connections nor counters. Set smtpd_tls_loglevel = 1, also for "
                "services with options of their own in master.cf.");
}

}  // namespace postern::whatif

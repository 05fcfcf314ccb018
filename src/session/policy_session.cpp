#include "session/policy_session.hpp"

#include "base/ascii.hpp"
#include "dialogue/beside.hpp"

namespace postern::session {

using policy::Stage;
using wire::PolicyState;

namespace {

// Postfix keeps its connection to us when its client has gone, and does not say so.
constexpr std::chrono::seconds quiet_limit{2};
constexpr std::chrono::hours policy_idle_limit{
    24};  // Postfix closes after smtpd_policy_service_max_idle, 300 s
constexpr std::string_view no_opinion = "DUNNO";

std::string action_of(policy::Verdict const& verdict) {
  if (verdict.effect == policy::Effect::defer) return "DEFER_IF_PERMIT " + refusal_text(verdict, false);
  if (verdict.effect == policy::Effect::reject) return "REJECT " + refusal_text(verdict, false);
  if (verdict.marks.empty()) return std::string(no_opinion);
  auto const& mark = verdict.marks.front();
  return mark.deliver_to.empty() ? "PREPEND X-Postern-Flag: " + mark.flag : "REDIRECT " + mark.deliver_to;
}

}  // namespace

void PolicySession::drain() {
  draining_ = true;
  if (idle_) stream_.end_waits();
}

net::Task<void> PolicySession::converse() {
  std::string out;
  while (!draining_) {
    auto const line = lines_.next();
    if (!line) {
      if (!out.empty()) {
        auto const written = co_await stream_.write(std::exchange(out, {}));
        if (!written) break;
      }
      bool const more = co_await read();
      if (!more) break;
      continue;
    }
    auto request = line->end == wire::LineEnd::too_long
                       ? Result<std::optional<wire::PolicyRequest>, std::string>(
                             fail(std::string("a line of more than 8,192 bytes")))
                       : requests_.on_line(line->text);
    if (!request) {  // what follows cannot be trusted to be a request: Postfix connects anew
      complain(request.error());
      break;
    }
    if (!*request) continue;
    services_.counters.add(Count::policy_requests);
    auto const action = co_await answer(**std::move(request));
    if (stop_.stopped()) break;
    out += wire::print_policy_answer(action);
  }
  close_transaction();
  stream_.close();
}

net::Task<bool> PolicySession::read() {
  in(gate_.in_connection() ? Duration(quiet_limit) : Duration(policy_idle_limit));
  idle_ = true;
  auto const ready = co_await stream_.readable();
  idle_ = false;
  off();
  if (!ready) co_return false;
  auto const count = stream_.read_now(lines_.room());
  if (!count) co_return false;
  lines_.filled(*count);
  co_return true;
}

void PolicySession::expire() {
  if (!idle_ || !gate_.in_connection()) return stream_.end_waits();
  close_transaction();
  gate_.end_connection();
  instance_.clear();
  in(policy_idle_limit);
}

// From request to request: which connection and which transaction it is about.
void PolicySession::follow(wire::PolicyRequest const& request) {
  auto const& connection = gate_.facts().connection;
  bool const same_client = gate_.in_connection() && connection.client == *request.client &&
                           connection.port == request.client_port &&
                           (request.client_port != 0 || request.instance == instance_);
  if (request.instance != instance_ || !same_client) close_transaction();
  if (!same_client) gate_.begin_connection(*request.client, request.client_port);
  gate_.on_client_name(request.client_name);
  gate_.on_helo(request.helo);
  gate_.on_login(request.login);
  gate_.on_tls({.version = request.tls_version,
                .cipher = request.tls_cipher,
                .has_certificate = !request.certificate_fingerprint.empty(),
                .certificate_trusted = !request.certificate_subject.empty(),
                .fingerprint = request.certificate_fingerprint});
  if (!gate_.in_transaction() && request.state >= PolicyState::mail && request.state != PolicyState::other) {
    gate_.begin_transaction();
    instance_ = request.instance;
    gate_.on_sender(request.sender);
    if (request.size > 0) gate_.on_declared_size(request.size);
  }
  if (!request.queue_id.empty()) gate_.on_queue_id(request.queue_id);
}

net::Task<std::string> PolicySession::answer(wire::PolicyRequest request) {
  if (!request.client) co_return std::string(no_opinion);
  gate_.take_config();
  follow(request);
  switch (request.state) {
    case PolicyState::rcpt: co_return co_await answer_recipient(std::move(request));
    case PolicyState::end_of_message: co_return co_await answer_end(std::move(request));
    case PolicyState::connect:
    case PolicyState::ehlo:
    case PolicyState::mail: {
      auto const stage = request.state == PolicyState::connect ? Stage::connect
                         : request.state == PolicyState::ehlo  ? Stage::helo
                                                               : Stage::mail;
      auto const verdict = co_await gate_.ask(stage);
      co_return action_of(verdict);
    }
    case PolicyState::data:
    case PolicyState::other: break;
  }
  co_return std::string(no_opinion);
}

net::Task<std::string> PolicySession::answer_recipient(wire::PolicyRequest request) {
  if (!gate_.on_recipient(request.recipient)) co_return std::string(no_opinion);
  auto const verdict = co_await gate_.ask(Stage::rcpt);
  gate_.recipient_answered(verdict);
  co_return action_of(verdict);
}

net::Task<std::string> PolicySession::answer_end(wire::PolicyRequest request) {
  mta_.has_told_an_end();
  gate_.on_size(request.size);
  if (gate_.facts().transaction.recipients.empty() && !request.recipient.empty()) {  // asked at the end only
    if (gate_.on_recipient(request.recipient)) {
      auto const verdict = co_await gate_.ask(Stage::rcpt);
      gate_.recipient_answered(verdict);
      if (verdict.refuses()) co_return action_of(verdict);
    }
  }
  auto const verdict = co_await gate_.ask(Stage::content);
  gate_.end_transaction(verdict);
  co_return action_of(verdict);
}

void PolicySession::close_transaction() {
  if (gate_.took_anybody() && !mta_.tells_ends()) gate_.end_accepted();
  gate_.abandon_transaction();
}

void PolicySession::complain(std::string const& what) {
  services_.log.write(LogEvent(Severity::warning, "policy-request-malformed").add("reason", what));
}

}  // namespace postern::session

// The conversation itself; beside it: server_session_content.
#include "session/server_session.hpp"

#include <utility>

#include "base/ascii.hpp"
#include "net/wall_clock.hpp"
#include "policy/around_decide.hpp"
#include "policy/rules.hpp"
#include "session/login.hpp"
#include "session/session_log.hpp"
#include "session/tls_facts.hpp"

namespace postern::session {

using dialogue::Step;
using dialogue::Then;
using policy::ConnectionEnd;

ServerSession::ServerSession(net::EventLoop& loop, net::Socket socket, net::Endpoint peer,
                             ListenerConfig const& listener, CurrentConfig current, Services services)
    : Deadline(loop.deadlines()),
      loop_(loop),
      stream_(std::move(socket), stop_),
      listener_(listener),
      current_(std::move(current)),
      services_(services),
      dialogue_(config_->smtp, config_->policy, first_facts(services_, listener, peer)),
      opening_(stream_, dialogue_, config_->policy, listener_, services_),
      lines_(config_->smtp.max_line),
      gatekeeper_(services_, config_->policy),
      intake_(services_.spool, loop) {
  services_.counters.add(Count::connections);
  ++services_.counters.open_connections;
}

ServerSession::~ServerSession() { --services_.counters.open_connections; }

void ServerSession::drain() {
  draining_ = true;
  if (idle_ && !dialogue_.in_transaction()) stream_.end_waits();
}

void ServerSession::cut() {
  draining_ = true;
  stop_.stop();
}

// The conversation on one page.
net::Task<void> ServerSession::converse() {
  if (co_await open()) {
    Step step = dialogue_.greeting();
    for (;;) {
      record_transaction();
      if (step.reply) out_ += step.reply->print();
      if (step.then == Then::close) break;
      switch (step.then) {
        case Then::read_line: step = co_await next_line(); break;
        case Then::ask_verdict: step = co_await ask_verdict(); break;
        case Then::start_tls: step = co_await start_tls(); break;
        case Then::ask_login: step = co_await ask_login(); break;
        case Then::read_content:
        case Then::read_chunk: step = co_await pump(); break;
        case Then::store: step = co_await store(); break;
        case Then::close: break;
      }
    }
  }
  record_transaction();
  in(config_->timeouts.busy);
  co_await flush();
  stream_.close();
  record_connection();
}

net::Task<bool> ServerSession::open() {
  in(limit(config_->timeouts.handshake));
  auto const refusal = co_await opening_.refusal();
  if (refusal) co_return turn_away(*refusal);
  recall();
  if (config_->policy.rules && config_->policy.rules->asks_at(policy::Stage::connect))
    if (auto const step = dialogue_.on_verdict(gatekeeper_.ask(dialogue_.facts())); step.reply) {
      services_.counters.add(Count::connections_refused);
      co_return turn_away(step);
    }
  name_.look_up(services_.client_names, loop_, dialogue_.facts().connection.client, config_->timeouts.name);
  if (listener_.tls != policy::ListenerTls::implicit) co_return true;
  if (!services_.admission.enter_handshake()) co_return turn_away({});
  auto const step = co_await begin_tls();
  co_return step.then != Then::close;
}

bool ServerSession::turn_away(Step const& last_word) {
  if (last_word.reply) out_ += last_word.reply->print();
  dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
  return false;
}

net::Task<Step> ServerSession::next_line() {
  if (draining_ && !dialogue_.in_transaction()) co_return dialogue_.on_shutdown();
  for (;;) {
    if (!dialogue_.in_transaction()) take_config();
    if (auto const line = lines_.next()) co_return dialogue_.on_line(*line, net::wall_clock());
    if (!co_await flush()) co_return lost(ReadResult::lost);
    lines_.release();
    in(limit(config_->timeouts.command));
    idle_ = true;
    auto const came = co_await read();
    idle_ = false;
    if (came != ReadResult::bytes) co_return lost(came);
  }
}

net::Task<Step> ServerSession::ask_verdict() {
  auto const& facts = dialogue_.facts();
  if (facts.stage == policy::Stage::mail) {
    if (gatekeeper_.checks_spf(facts))
      sender_check_.begin(services_.dns_searches, loop_, facts, config_->smtp.hostname);
    else
      sender_check_.forget();
    if (!name_.settled()) co_await name_.wait(stop_);
    dialogue_.on_client_name(name_.name());
    dialogue_.on_iprev(name_.iprev());
    if (gatekeeper_.asks_for_spf()) {
      co_await sender_check_.wait(stop_);
      dialogue_.on_spf(sender_check_.result());
    }
  }
  if (facts.stage == policy::Stage::content) {
    co_await authenticate();  // of what was sent: filters may change it
    bool const readable = co_await filter();
    if (!readable) co_return dialogue_.on_stored(dialogue::Stored::broken);
  }
  if (stop_.stopped()) co_return dialogue_.on_shutdown();  // what has not come in time decides nothing
  recall();
  auto const verdict = gatekeeper_.ask(facts);
  auto const sender = facts.transaction.mail.reverse_path ? GuessedBy::sender : GuessedBy::null_sender;
  if (facts.stage == policy::Stage::rcpt && !opening_.trusted() &&
      policy::is_guess(config_->policy, facts.connection, verdict))
    services_.admission.recipient_guessed(facts.connection.client, sender, net::wall_clock());
  co_return dialogue_.on_verdict(verdict);
}

void ServerSession::recall() {
  auto memory = services_.memory.access();
  dialogue_.on_memory(memory->tls, memory->deferred);
}

net::Task<Step> ServerSession::start_tls() {
  if (!services_.admission.enter_handshake()) co_return dialogue_.on_tls_unavailable();
  discard_early_bytes();
  out_ += dialogue_.on_tls_ready().print();
  co_return co_await begin_tls();
}

// The handshake, to which admission has agreed: of STARTTLS, and of a listener with TLS from the first byte.
// RFC 3207 section 4.2: after it the server must discard any knowledge obtained from the client before it,
// such as the argument to EHLO. The dialogue forgets what was said; and of what was sent and is not yet read
// the stream takes nothing over.
net::Task<Step> ServerSession::begin_tls() {
  in(limit(config_->timeouts.handshake));
  net::IoResult<net::TlsInfo> info = fail(net::IoError{{}, "write", "the peer hung up"});
  if (co_await flush()) info = co_await stream_.accept_tls(config_->tls, lines_.rest());
  services_.admission.leave_handshake();
  if (!info && stop_.stopped()) {  // that says nothing about the client
    dialogue_.on_end(ConnectionEnd::shutdown, net::wall_clock());
    co_return Step{std::nullopt, Then::close};
  }
  auto const facts = info ? to_facts(*info) : to_failure(info.error(), passed());
  services_.counters.add(info ? Count::connections_tls : Count::tls_failures);
  if (facts.distrusts_us) services_.counters.add(Count::tls_distrusted);
  if (info && info->resumed) services_.counters.add(Count::connections_tls_resumed);
  co_return dialogue_.on_tls(facts, net::wall_clock());
}

net::Task<Step> ServerSession::ask_login() {
  LoginAttempt attempt{.passwords = config_->passwords,
                       .client = dialogue_.facts().connection.client,
                       .trusted = opening_.trusted(),
                       .credentials = dialogue_.credentials()};
  auto const outcome = co_await look_at(services_, std::move(attempt), stop_);
  if (outcome == LoginOutcome::stopped) co_return dialogue_.on_shutdown();
  if (outcome == LoginOutcome::refused) co_return dialogue_.on_login_refused();
  co_return dialogue_.on_login(outcome == LoginOutcome::right);
}

// The client must wait for our 220 before it sends anything else, so whatever is there by now is thrown away,
// and counted: somebody on the way may have put it there.
void ServerSession::discard_early_bytes() {
  auto discarded = lines_.rest().size();
  lines_.consume(discarded);
  for (auto count = stream_.read_now(lines_.room()); count && *count > 0;
       count = stream_.read_now(lines_.room()))
    discarded += *count;
  lines_.release();
  if (discarded > 0) services_.counters.add(Count::tls_injections);
  dialogue_.on_injected(discarded);
}

net::Task<ServerSession::ReadResult> ServerSession::read() {
  for (;;) {
    auto const ready = co_await stream_.readable();
    if (passed()) co_return ReadResult::late;
    if (!ready) co_return ReadResult::lost;
    auto const count = stream_.read_now(lines_.room());
    if (!count) co_return ReadResult::lost;
    if (*count > 0) {
      lines_.filled(*count);
      co_return ReadResult::bytes;
    }
    lines_.release();
  }
}

net::Task<bool> ServerSession::flush() {
  if (out_.empty()) co_return true;
  std::string bytes = std::exchange(out_, {});
  auto const written = stream_.write_now(bytes);
  if (!written) co_return false;
  if (*written == bytes.size()) co_return true;
  in(limit(config_->timeouts.command));
  bytes.erase(0, *written);
  auto const rest = co_await stream_.write(std::move(bytes));
  co_return rest.has_value();
}

Step ServerSession::lost(ReadResult how) {
  if (how == ReadResult::late) {
    services_.counters.add(Count::deadlines_passed);
    return dialogue_.on_timeout();
  }
  if (draining_) return dialogue_.on_shutdown();
  dialogue_.on_end(ConnectionEnd::lost, net::wall_clock());
  return {std::nullopt, Then::close};
}

Duration ServerSession::limit(Duration usual) const {
  return services_.admission.busy() ? std::min(usual, config_->timeouts.busy) : usual;
}

void ServerSession::record_transaction() {
  auto finished = dialogue_.take_finished();
  if (!finished) return;
  drop_message();
  if (finished->id == MessageId{}) finished->id = services_.spool.next_id();
  auto const& connection = dialogue_.facts().connection;
  if (finished->outcome == policy::Outcome::refused) services_.counters.add(Count::messages_refused);
  if (services_.log.takes(Severity::info)) services_.log.write(transaction_event(connection, *finished));
  finished->spf = sender_check_.result();
  gatekeeper_.transaction_over(connection, std::move(*finished));
}

void ServerSession::record_connection() {
  dialogue_.on_end(ConnectionEnd::lost, net::wall_clock());
  dialogue_.on_client_name(name_.name());
  dialogue_.on_iprev(name_.iprev());
  auto const& connection = dialogue_.facts().connection;
  services_.counters.add(Count::commands_bad, connection.errors);
  services_.counters.add(Count::tls_offers_withheld, connection.tls.offers_withheld);
  opening_.leave();
  if (services_.log.takes(Severity::info)) services_.log.write(connection_event(connection));
  gatekeeper_.connection_over(connection);
}

}  // namespace postern::session

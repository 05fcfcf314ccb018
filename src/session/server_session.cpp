#include "session/server_session.hpp"

#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "dialogue/transaction.hpp"
#include "net/wall_clock.hpp"
#include "policy/rules.hpp"
#include "session/session_log.hpp"
#include "session/tls_facts.hpp"
#include "wire/proxy_header.hpp"
#include "wire/received.hpp"

namespace postern::session {

using dialogue::Step;
using dialogue::Then;
using policy::ConnectionEnd;

namespace {

policy::ConnectionFacts first_facts(Services& services, ListenerConfig const& listener,
                                    net::Endpoint const& peer) {
  policy::ConnectionFacts facts;
  facts.started = net::wall_clock();
  facts.id = services.connection_ids.next(facts.started);
  facts.listener = listener.address;
  facts.listener_tls = listener.tls;
  facts.role = listener.role;
  facts.client = peer.address;
  facts.port = peer.port;
  return facts;
}

}  // namespace

ServerSession::ServerSession(net::EventLoop& loop, net::Socket socket, net::Endpoint peer,
                             ListenerConfig const& listener, std::shared_ptr<GateConfig const> config,
                             Services services)
    : Deadline(loop.deadlines()),
      loop_(loop),
      stream_(std::move(socket)),
      listener_(listener),
      config_(std::move(config)),
      services_(services),
      dialogue_(config_->smtp, config_->policy, first_facts(services_, listener, peer)),
      lines_(config_->smtp.max_line),
      gatekeeper_(services_, config_->policy) {
  services_.counters.add(Count::connections);
  ++services_.counters.open_connections;
}

ServerSession::~ServerSession() { --services_.counters.open_connections; }

void ServerSession::drain() {
  draining_ = true;
  if (idle_ && !dialogue_.in_transaction()) stream_.cut();
}

void ServerSession::cut() {
  draining_ = true;
  stream_.cut();
}

// The conversation on one page.
net::Task<void> ServerSession::converse() {
  if (co_await open()) {
    Step step = dialogue_.greeting();
    for (;;) {
      record_transaction();
      if (step.then == Then::start_tls && !services_.admission.enter_handshake())
        step = dialogue_.on_tls_unavailable();
      if (step.then == Then::start_tls) dialogue_.on_injected(discard_early_bytes());
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
  if (!listener_.proxies.empty() && !co_await read_proxy_header()) co_return false;
  auto& connection = dialogue_.facts().connection;
  trusted_ = connection.client.is_loopback();
  for (auto const& network : config_->policy.relay_networks)
    trusted_ = trusted_ || network.contains(connection.client);
  switch (services_.admission.enter(connection.client, trusted_)) {
    case Admitted::yes: admitted_ = true; break;
    case Admitted::server_full:
    case Admitted::client_full: {
      services_.counters.add(Count::connections_refused);
      out_ += dialogue_.refuse("Too many connections, try again later").reply->print();
      dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
      co_return false;
    }
  }
  gatekeeper_.meet(connection);
  if (config_->policy.rules && config_->policy.rules->asks_at(policy::Stage::connect))
    if (auto const verdict = gatekeeper_.ask(dialogue_.facts()); verdict.refuses()) {
      services_.counters.add(Count::connections_refused);
      out_ += dialogue_.refuse(verdict).reply->print();
      dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
      co_return false;
    }
  name_.look_up(services_.client_names, loop_, connection.client, config_->timeouts.name);
  if (listener_.tls != policy::ListenerTls::implicit) co_return true;
  if (!services_.admission.enter_handshake()) {
    dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
    co_return false;
  }
  auto const step = co_await start_tls();
  co_return step.then != Then::close;
}

net::Task<bool> ServerSession::read_proxy_header() {
  auto& connection = dialogue_.facts().connection;
  bool known = false;
  for (auto const& proxy : listener_.proxies) known = known || proxy.contains(connection.client);
  in(limit(config_->timeouts.handshake));
  while (known) {
    auto const header = wire::parse_proxy_header(lines_.rest());
    if (!header) break;
    if (*header) {
      lines_.consume((*header)->length);
      if ((*header)->has_client) {
        connection.client = (*header)->client;
        connection.port = (*header)->client_port;
      }
      co_return true;
    }
    if (co_await read() != Came::yes) break;
  }
  services_.counters.add(Count::connections_refused);
  dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
  co_return false;
}

net::Task<Step> ServerSession::next_line() {
  if (draining_ && !dialogue_.in_transaction()) co_return dialogue_.on_shutdown();
  for (;;) {
    if (auto const line = lines_.next()) co_return dialogue_.on_line(*line, net::wall_clock());
    if (!co_await flush()) co_return lost(Came::lost);
    lines_.release();
    in(limit(config_->timeouts.command));
    idle_ = true;
    auto const came = co_await read();
    idle_ = false;
    if (came != Came::yes) co_return lost(came);
  }
}

net::Task<Step> ServerSession::ask_verdict() {
  auto& facts = dialogue_.facts();
  if (facts.stage == policy::Stage::mail) {
    if (gatekeeper_.checks_spf(facts))
      sender_check_.begin(services_.spf, services_.spf_workers, loop_, facts);
    if (!name_.settled()) co_await name_.wait();
    facts.connection.verified_name = name_.name();
    if (gatekeeper_.asks_for_spf()) {
      co_await sender_check_.wait();
      facts.transaction.spf = sender_check_.result();
    }
  }
  co_return dialogue_.on_verdict(gatekeeper_.ask(facts));
}

net::Task<Step> ServerSession::start_tls() {
  // RFC 3207 section 4.2: the greeting's side of the conversation starts anew; what came early has been
  // thrown away.
  in(limit(config_->timeouts.handshake));
  net::IoResult<net::TlsInfo> info = fail(net::IoError{{}, "write", "the peer hung up"});
  if (co_await flush()) info = co_await stream_.accept_tls(config_->tls);
  services_.admission.leave_handshake();
  auto const facts = info ? to_facts(*info) : to_failure(info.error(), passed());
  services_.counters.add(info ? Count::connections_tls : Count::tls_failures);
  if (info && info->resumed) services_.counters.add(Count::connections_tls_resumed);
  co_return dialogue_.on_tls(facts, net::wall_clock());
}

net::Task<Step> ServerSession::ask_login() {
  auto const credentials = dialogue_.credentials();
  auto verify = [passwords = config_->passwords, credentials] {
    return passwords && passwords->verify(credentials.user, credentials.password);
  };
  bool const good = co_await services_.workers.run(std::move(verify));
  services_.counters.add(good ? Count::logins : Count::logins_failed);
  if (!good)
    services_.log.write(LogEvent(Severity::warning, "login-failed")
                            .add("client", dialogue_.facts().connection.client.print())
                            .add("user", printable(credentials.user, 64)));
  co_return dialogue_.on_login(good);
}

std::size_t ServerSession::discard_early_bytes() {
  std::size_t discarded = lines_.rest().size();
  lines_.consume(discarded);
  for (auto count = stream_.read_now(lines_.room()); count && *count > 0;
       count = stream_.read_now(lines_.room()))
    discarded += *count;
  lines_.release();
  if (discarded > 0) services_.counters.add(Count::tls_injections);
  return discarded;
}

net::Task<Step> ServerSession::pump() {
  auto& content = dialogue_.content();
  if (!message_ && content.keeps()) begin_message();
  std::string ignored;
  auto& body = message_ ? message_->body : ignored;
  while (content.wants_more()) {
    if (lines_.empty()) {
      if (!co_await flush()) co_return lost(Came::lost);
      in(limit(config_->timeouts.content));
      auto const came = co_await read();
      if (came != Came::yes) co_return lost(came);
    }
    lines_.consume(content.feed(lines_.rest(), body));
    if (!content.keeps()) body.clear();
    if (body.size() > wire::LineSplitter::buffer_size &&
        body.capacity() < chunk_size)  // a large one: grow once
      body.reserve(chunk_size + 2 * wire::LineSplitter::buffer_size);
    if (body.size() >= chunk_size && !co_await store_chunk()) content.refuse();
  }
  co_return dialogue_.on_content();
}

void ServerSession::begin_message() {
  auto& facts = dialogue_.facts();
  message_.emplace();
  message_->id = facts.transaction.id = services_.spool.next_id();
  message_->body =
      print(dialogue::make_trace(facts, config_->smtp.hostname, message_->id, net::wall_clock()));
}

net::Task<bool> ServerSession::store_chunk() {
  message_->has_chunks = true;
  services_.spool.add_chunk(message_->id, std::exchange(message_->body, {}),
                            [this](auto result) { loop_.post([this, result] { stored_.set(result); }); });
  auto const stored = co_await stored_.wait();
  if (!stored) failed_ = stored.error();
  co_return stored.has_value();
}

net::Task<Step> ServerSession::store() {
  if (failed_) {
    auto const stored = *std::exchange(failed_, std::nullopt) == store::SpoolError::full
                            ? dialogue::Stored::full
                            : dialogue::Stored::broken;
    drop_message();
    co_return dialogue_.on_stored(stored);
  }
  auto envelope = dialogue::make_envelope(dialogue_.facts(), config_->policy.directory, net::wall_clock());
  auto const bytes = envelope.size;
  services_.spool.accept(message_->id, std::move(message_->body), envelope,
                         [this](auto result) { loop_.post([this, result] { stored_.set(result); }); });
  auto const stored = co_await stored_.wait();
  if (!stored) {
    drop_message();
    co_return dialogue_.on_stored(stored.error() == store::SpoolError::full ? dialogue::Stored::full
                                                                            : dialogue::Stored::broken);
  }
  message_.reset();
  services_.counters.add(Count::messages_accepted);
  services_.counters.add(Count::message_bytes, bytes);
  if (dialogue_.facts().over_tls()) services_.counters.add(Count::messages_accepted_tls);
  co_return dialogue_.on_stored(dialogue::Stored::safe);
}

void ServerSession::drop_message() {
  if (message_ && message_->has_chunks) services_.spool.abandon(message_->id);
  message_.reset();
  failed_.reset();
}

net::Task<ServerSession::Came> ServerSession::read() {
  for (;;) {
    auto const ready = co_await stream_.readable();
    if (passed()) co_return Came::late;
    if (!ready) co_return Came::lost;
    auto const count = stream_.read_now(lines_.room());
    if (!count) co_return Came::lost;
    if (*count > 0) {
      lines_.filled(*count);
      co_return Came::yes;
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

Step ServerSession::lost(Came how) {
  if (how == Came::late) {
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
  auto& connection = dialogue_.facts().connection;
  connection.verified_name = name_.name();
  services_.counters.add(Count::commands_bad, connection.errors);
  if (admitted_) services_.admission.leave(connection.client, trusted_);
  if (services_.log.takes(Severity::info)) services_.log.write(connection_event(connection));
  gatekeeper_.connection_over(std::move(connection));
}

}  // namespace postern::session

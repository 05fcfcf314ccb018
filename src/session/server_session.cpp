#include "session/server_session.hpp"

#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "base/assert.hpp"
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
      stream_(std::move(socket), stop_),
      listener_(listener),
      config_(std::move(config)),
      services_(services),
      dialogue_(config_->smtp, config_->policy, first_facts(services_, listener, peer)),
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
  if (!listener_.proxies.empty() && !co_await read_proxy_header()) co_return false;
  auto const& connection = dialogue_.facts().connection;
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
  recall();
  if (config_->policy.rules && config_->policy.rules->asks_at(policy::Stage::connect))
    if (auto const step = dialogue_.on_verdict(gatekeeper_.ask(dialogue_.facts())); step.reply) {
      services_.counters.add(Count::connections_refused);
      out_ += step.reply->print();
      dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
      co_return false;
    }
  name_.look_up(services_.client_names, loop_, connection.client, config_->timeouts.name);
  if (listener_.tls != policy::ListenerTls::implicit) co_return true;
  if (!services_.admission.enter_handshake()) {
    dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
    co_return false;
  }
  count_injected(discard_buffered_bytes());  // they came in one piece with the PROXY header
  auto const step = co_await begin_tls();
  co_return step.then != Then::close;
}

net::Task<bool> ServerSession::read_proxy_header() {
  bool known = false;
  for (auto const& proxy : listener_.proxies)
    known = known || proxy.contains(dialogue_.facts().connection.client);
  in(limit(config_->timeouts.handshake));
  while (known) {
    auto const header = wire::parse_proxy_header(lines_.rest());
    if (!header) break;
    if (*header) {
      lines_.consume((*header)->length);
      if ((*header)->has_client) dialogue_.on_proxy((*header)->client, (*header)->client_port);
      co_return true;
    }
    if (co_await read() != ReadResult::bytes) break;
  }
  services_.counters.add(Count::connections_refused);
  dialogue_.on_end(ConnectionEnd::refused, net::wall_clock());
  co_return false;
}

net::Task<Step> ServerSession::next_line() {
  if (draining_ && !dialogue_.in_transaction()) co_return dialogue_.on_shutdown();
  for (;;) {
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
      sender_check_.begin(services_.spf, services_.spf_workers, loop_, facts);
    if (!name_.settled()) co_await name_.wait(stop_);
    dialogue_.on_client_name(name_.name());
    if (gatekeeper_.asks_for_spf()) {
      co_await sender_check_.wait(stop_);
      dialogue_.on_spf(sender_check_.result());
    }
  }
  if (stop_.stopped()) co_return dialogue_.on_shutdown();  // what has not come in time decides nothing
  recall();
  co_return dialogue_.on_verdict(gatekeeper_.ask(facts));
}

void ServerSession::recall() {
  auto memory = services_.memory.access();
  dialogue_.on_memory(memory->tls, memory->deferred);
}

// The client has sent STARTTLS. It must wait for our 220 before it sends anything else, so whatever is there
// by now is thrown away, and counted: somebody on the way may have put it there.
net::Task<Step> ServerSession::start_tls() {
  if (!services_.admission.enter_handshake()) co_return dialogue_.on_tls_unavailable();
  count_injected(discard_early_bytes());
  out_ += dialogue_.on_tls_ready().print();
  co_return co_await begin_tls();
}

// The handshake, to which admission has agreed. RFC 3207 section 4.2: after it the server must discard any
// knowledge obtained from the client before it, such as the argument to EHLO. The dialogue forgets what was
// said; what was sent and is not yet read would afterwards pass for commands that came under TLS, so none of
// it may be buffered when the handshake begins.
net::Task<Step> ServerSession::begin_tls() {
  POSTERN_ASSERT(lines_.empty());
  in(limit(config_->timeouts.handshake));
  net::IoResult<net::TlsInfo> info = fail(net::IoError{{}, "write", "the peer hung up"});
  if (co_await flush()) info = co_await stream_.accept_tls(config_->tls);
  services_.admission.leave_handshake();
  if (!info && stop_.stopped()) {  // that says nothing about the client
    dialogue_.on_end(ConnectionEnd::shutdown, net::wall_clock());
    co_return Step{std::nullopt, Then::close};
  }
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
  auto const verified = co_await services_.workers.run(std::move(verify), stop_);
  if (!verified) co_return dialogue_.on_shutdown();
  bool const good = *verified;
  services_.counters.add(good ? Count::logins : Count::logins_failed);
  if (!good)
    services_.log.write(LogEvent(Severity::warning, "login-failed")
                            .add("client", dialogue_.facts().connection.client.print())
                            .add("user", printable(credentials.user, 64)));
  co_return dialogue_.on_login(good);
}

std::size_t ServerSession::discard_buffered_bytes() {
  auto const discarded = lines_.rest().size();
  lines_.consume(discarded);
  lines_.release();
  return discarded;
}

std::size_t ServerSession::discard_early_bytes() {
  auto discarded = discard_buffered_bytes();
  for (auto count = stream_.read_now(lines_.room()); count && *count > 0;
       count = stream_.read_now(lines_.room()))
    discarded += *count;
  lines_.release();
  return discarded;
}

void ServerSession::count_injected(std::size_t bytes) {
  if (bytes > 0) services_.counters.add(Count::tls_injections);
  dialogue_.on_injected(bytes);
}

net::Task<Step> ServerSession::pump() {
  auto& content = dialogue_.content();
  if (!intake_.open() && content.keeps()) begin_message();
  std::string ignored;
  auto& body = intake_.open() ? intake_.body() : ignored;
  while (content.wants_more()) {
    if (lines_.empty()) {
      if (!co_await flush()) co_return lost(ReadResult::lost);
      in(limit(config_->timeouts.content));
      auto const came = co_await read();
      if (came != ReadResult::bytes) co_return lost(came);
    }
    lines_.consume(content.feed(lines_.rest(), body));
    if (!content.keeps()) body.clear();
    if (!intake_.open()) continue;
    intake_.make_room();
    if (intake_.wants_store() && !co_await intake_.store_piece()) content.refuse();
  }
  co_return dialogue_.on_content();
}

void ServerSession::begin_message() {
  auto const id = services_.spool.next_id();
  dialogue_.on_message_id(id);
  intake_.begin(
      id, print(dialogue::make_trace(dialogue_.facts(), config_->smtp.hostname, id, net::wall_clock())));
}

net::Task<Step> ServerSession::store() {
  auto envelope = dialogue::make_envelope(dialogue_.facts(), config_->policy.directory, net::wall_clock());
  auto const bytes = envelope.size;
  auto const stored = co_await intake_.accept(std::move(envelope));
  if (stored == dialogue::Stored::safe) {
    services_.counters.add(Count::messages_accepted);
    services_.counters.add(Count::message_bytes, bytes);
    if (dialogue_.facts().over_tls()) services_.counters.add(Count::messages_accepted_tls);
  }
  co_return dialogue_.on_stored(stored);
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
  intake_.drop();
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
  auto const& connection = dialogue_.facts().connection;
  services_.counters.add(Count::commands_bad, connection.errors);
  services_.counters.add(Count::tls_offers_withheld, connection.tls.offers_withheld);
  if (admitted_) services_.admission.leave(connection.client, trusted_);
  if (services_.log.takes(Severity::info)) services_.log.write(connection_event(connection));
  gatekeeper_.connection_over(connection);
}

}  // namespace postern::session

#include "session/client_session.hpp"

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "net/one_shot.hpp"
#include "wire/content_door.hpp"
#include "wire/seven_bit.hpp"

namespace postern::session {

using dialogue::Next;

namespace {

policy::HostProof proof_of(net::ServerProof const& proof) {
  switch (proof.proved) {
    case net::Proof::none: break;
    case net::Proof::name: return policy::HostProof::name;
    case net::Proof::dane: return policy::HostProof::dane;
    case net::Proof::fingerprint: return policy::HostProof::fingerprint;
  }
  return policy::HostProof::none;
}

}  // namespace

ClientSession::ClientSession(net::EventLoop& loop, net::Socket socket, dialogue::ClientSettings settings,
                             std::shared_ptr<net::TlsClient const> tls, net::ClientTlsPlan plan,
                             ClientTimeouts timeouts, net::StopToken stop)
    : Deadline(loop.deadlines()),
      loop_(loop),
      stop_(stop),
      stream_(std::move(socket), stop),
      dialogue_(std::move(settings)),
      tls_(std::move(tls)),
      plan_(std::move(plan)),
      timeouts_(timeouts) {}

net::Task<void> ClientSession::open() { co_await go_on(); }

net::Task<void> ClientSession::let_others_run() {
  auto const turn = std::make_shared<net::OneShot<bool>>();
  loop_.post([turn] { turn->set(true); });
  co_await turn->wait();
}

net::Task<void> ClientSession::deliver(store::Spool const* spool, MessageId id,
                                       dialogue::OutgoingMessage message, SignatureCache* signatures) {
  spool_ = spool;
  id_ = id;
  forms_.reset();
  signature_ = {};
  if (dialogue_.needs_seven_bit(message)) co_await convert(&message);
  bool const can_leave = message.obstacle.empty() && !content_unreadable_;
  if (message.signing.is_wanted() && can_leave) co_await sign(&message, signatures);
  dialogue_.begin(std::move(message));
  co_await go_on();
}

ClientSession::Piece ClientSession::read_piece(std::size_t index, std::string const& top) const {
  auto piece = spool_->read_chunk(id_, index);
  if (index == 0 && piece && *piece) (*piece)->insert(0, top);
  return piece;
}

void ClientSession::content_lost() {
  content_unreadable_ = true;
  dialogue_.on_lost("the message cannot be read from the spool");
}

// Makes of the message one that goes out in 7 bits, or tells in it why that cannot be. One that cannot be
// read is not the sender's fault: it must not be refused for what it needs.
net::Task<void> ClientSession::convert(dialogue::OutgoingMessage* message) {
  wire::SevenBitPlan plan;
  bool const read = co_await plan_conversion(&plan, message->top);
  if (read && !plan.obstacle().empty()) {
    message->obstacle = plan.obstacle();
    co_return;
  }
  message->body = wire::Body::seven_bit;
  message->content.content_8bit = false;
  if (!read) co_return;
  auto const size = co_await converted_size(plan.forms(), message->top);
  if (!size) co_return;
  message->size = *size;
  forms_ = plan.forms();
}

net::Task<bool> ClientSession::plan_conversion(wire::SevenBitPlan* plan, std::string top) {
  bool more = true;
  for (std::size_t i = 0; more && plan->obstacle().empty(); ++i) {
    auto const piece = read_piece(i, top);
    if (!piece) {
      content_lost();
      co_return false;
    }
    more = piece->has_value();
    if (more)
      plan->feed(**piece);
    else
      plan->finish();
    co_await let_others_run();
  }
  co_return true;
}

net::Task<std::optional<std::uint64_t>> ClientSession::converted_size(std::vector<wire::EntityForm> forms,
                                                                      std::string top) {
  wire::SevenBit converter(std::move(forms));
  std::uint64_t size = 0;
  for (std::size_t i = 0;; ++i) {
    auto const piece = read_piece(i, top);
    if (!piece) {
      content_lost();
      co_return std::nullopt;
    }
    std::string converted;
    if (*piece)
      converter.feed(**piece, converted);
    else
      converter.finish(converted);
    size += converted.size();
    if (!*piece) co_return size;
    co_await let_others_run();
  }
}

net::Task<void> ClientSession::close() {
  dialogue_.quit();
  if (dialogue_.next() == Next::read_reply) {
    timeouts_.reply = std::min(timeouts_.reply, Duration(std::chrono::seconds(5)));
    co_await exchange();
  }
  stream_.close();
}

net::Task<void> ClientSession::go_on() {
  for (;;) {
    switch (dialogue_.next()) {
      case Next::read_reply: co_await exchange(); break;
      case Next::start_tls: co_await start_tls(); break;
      case Next::send_content: co_await send_content(); break;
      case Next::idle: off(); co_return;
      case Next::close: stream_.close(); co_return;
    }
  }
}

net::Task<void> ClientSession::exchange() {
  if (dialogue_.begins_flight() && !nothing_came_early()) co_return;
  // Whoever hears a password has proved who he is, on this very connection.
  if (dialogue_.phase() == dialogue::ClientDialogue::Phase::login)
    POSTERN_ASSERT(stream_.over_tls() && tls_outcome_.proof.proved != net::Proof::none);
  std::string output = dialogue_.take_output();
  if (!output.empty()) {
    bool const sent = co_await send(std::move(output), timeouts_.reply);
    if (!sent) co_return;
  }
  co_await read_reply();
}

// What stands in the buffer came before what it is to answer was sent.
bool ClientSession::nothing_came_early() {
  if (lines_.empty()) return true;
  dialogue_.on_lost("a reply came before it was due: " + printable(lines_.rest().substr(0, 100)));
  return false;
}

net::Task<void> ClientSession::start_tls() {
  if (!lines_.empty()) {
    tls_outcome_.injected = true;
    tls_outcome_.failure = "plaintext came between the reply to STARTTLS and the handshake";
    dialogue_.on_lost(tls_outcome_.failure);
    co_return;
  }
  auto session = tls_->new_session(stream_.descriptor(), plan_);
  if (!session) {
    tls_outcome_.failure = session.error();
    dialogue_.on_lost("TLS: " + session.error());
    co_return;
  }
  in(timeouts_.handshake);
  auto const info = co_await stream_.connect_tls(std::move(*session), lines_.rest());
  if (!info && stop_.stopped()) {  // that says nothing about the server
    lost(info.error());
    co_return;
  }
  if (!info) {
    tls_outcome_.failure = passed() ? "no handshake in time" : info.error().print();
    dialogue_.on_lost(tls_outcome_.failure);
    co_return;
  }
  tls_outcome_.info = *info;
  tls_outcome_.proof = net::judge(stream_.tls(), plan_);
  if (tls_outcome_.proof.as_asked()) {
    dialogue_.on_tls(proof_of(tls_outcome_.proof));
    co_return;
  }
  tls_outcome_.failure = tls_outcome_.proof.problem;
  dialogue_.on_lost("the server cannot be authenticated: " + tls_outcome_.failure);
}

net::Task<void> ClientSession::send_content() {
  bool const chunking = dialogue_.chunking();
  auto const& message = dialogue_.message();
  wire::ContentDoor door(chunking ? wire::LeavesBy::chunks : wire::LeavesBy::data, message.body, forms_);
  door.begin_with(signature_.text);
  auto piece = read_piece(0, message.top);
  for (std::size_t i = 1;; ++i) {
    auto following = read_piece(i, message.top);
    if (!piece || !*piece || !following) {
      content_lost();
      co_return;
    }
    bool const last = !*following;
    std::string bytes = door.pass(**piece, last);
    bytes.insert(0, dialogue_.before_piece(bytes.size(), last));
    bool const one_at_a_time = chunking && !dialogue_.peer().pipelining;
    if ((last && !chunking) || one_at_a_time) {
      // A server that has answered already has not answered to what comes now.
      if (auto const early = stream_.read_now(lines_.room()); early && *early > 0) lines_.filled(*early);
      lines_.release();
      if (!nothing_came_early()) co_return;
    }
    bool const sent = co_await send(std::move(bytes), timeouts_.content);
    if (!sent) co_return;
    if (last) break;
    if (one_at_a_time) {
      bool const answered = co_await read_reply();
      if (!answered || dialogue_.next() != Next::send_content) co_return;
    }
    piece = std::move(following);
  }
  dialogue_.on_content_sent();
}

net::Task<bool> ClientSession::send(std::string bytes, Duration limit) {
  in(limit);
  auto const written = co_await stream_.write(std::move(bytes));
  if (!written) lost(written.error());
  co_return written.has_value();
}

net::Task<bool> ClientSession::read_reply() {
  in(dialogue_.content_begun() ? timeouts_.accepted : timeouts_.reply);
  for (;;) {
    while (auto const line = lines_.next()) {
      auto const reply =
          line->end == wire::LineEnd::too_long
              ? Result<std::optional<wire::Reply>, wire::ReplyError>(fail(wire::ReplyError::line_too_long))
              : replies_.on_line(line->text);
      if (!reply) {
        dialogue_.on_lost("what the server says is no reply: " + printable(line->text, 100));
        co_return false;
      }
      if (!*reply) continue;
      dialogue_.on_reply(**reply);
      co_return true;
    }
    lines_.release();
    auto const ready = co_await stream_.readable();
    if (!ready) {
      lost(ready.error());
      co_return false;
    }
    auto const count = stream_.read_now(lines_.room());
    if (!count) {
      lost(count.error());
      co_return false;
    }
    lines_.filled(*count);
  }
}

void ClientSession::lost(net::IoError const& error) {
  if (stop_.stopped()) return dialogue_.on_lost("we are shutting down");
  dialogue_.on_lost(passed() ? "no answer in time" : error.print());
}

}  // namespace postern::session

#include "session/message_intake.hpp"

#include <memory>
#include <utility>

#include "base/assert.hpp"
#include "net/one_shot.hpp"
#include "wire/line_splitter.hpp"

namespace postern::session {
namespace {

using SpoolAnswer = net::OneShot<Result<void, store::SpoolError>>;

dialogue::Stored as_stored(store::SpoolError error) {
  return error == store::SpoolError::full ? dialogue::Stored::full : dialogue::Stored::broken;
}

// What the spool is given to call, on its own thread, when it is done.
store::Spool::Done told_to(net::EventLoop& loop, std::shared_ptr<SpoolAnswer> const& answer) {
  return [&loop, answer](auto result) { loop.post([answer, result] { answer->set(result); }); };
}

}  // namespace

void MessageIntake::begin(MessageId id, std::string trace) {
  POSTERN_ASSERT(!message_);
  message_.emplace(Message{.id = id, .body = std::move(trace)});
}

void MessageIntake::make_room() {
  auto& body = message_->body;
  if (body.size() > wire::LineSplitter::buffer_size && body.capacity() < chunk_size)
    body.reserve(chunk_size + 2 * wire::LineSplitter::buffer_size);
}

net::Task<bool> MessageIntake::store_piece() {
  ++message_->pieces;
  message_->stored += message_->body.size();
  auto const answer = std::make_shared<SpoolAnswer>();
  spool_.add_chunk(message_->id, std::exchange(message_->body, {}), told_to(loop_, answer));
  auto const stored = co_await answer->wait();
  if (!stored) message_->failed = stored.error();
  co_return stored.has_value();
}

net::Task<dialogue::Stored> MessageIntake::accept(wire::Envelope envelope) {
  POSTERN_ASSERT(message_.has_value());
  if (message_->failed) {
    auto const stored = as_stored(*message_->failed);
    drop();
    co_return stored;
  }
  auto const answer = std::make_shared<SpoolAnswer>();
  spool_.accept(message_->id, std::move(message_->body), envelope, told_to(loop_, answer));
  auto const stored = co_await answer->wait();
  if (!stored) {
    drop();
    co_return as_stored(stored.error());
  }
  message_.reset();
  co_return dialogue::Stored::safe;
}

Result<std::string, store::SpoolError> MessageIntake::piece(std::size_t index) const {
  if (index == message_->pieces) return message_->body;
  auto piece = spool_.read_incoming(message_->id, index);
  if (!piece) return fail(piece.error());
  if (!*piece) return fail(store::SpoolError::missing);
  return **std::move(piece);
}

void MessageIntake::drop() {
  if (message_ && message_->pieces > 0) spool_.abandon(message_->id);
  message_.reset();
}

}  // namespace postern::session

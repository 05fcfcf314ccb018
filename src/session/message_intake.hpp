// A message on its way from a session into the spool: its pieces as they come, and the answer once it is
// safe. Thread: its event loop. Lifetime: `spool` and `loop` outlive it. Memory: one piece at a time.
// The waits here do not end when the session is cut: what has been handed to the spool must be answered,
// because "250" is a promise.
#pragma once

#include <optional>
#include <string>

#include "base/message_id.hpp"
#include "dialogue/server_dialogue.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"
#include "store/spool.hpp"

namespace postern::session {

class MessageIntake {
 public:
  static constexpr std::size_t chunk_size = 128 * 1024;

  MessageIntake(store::Spool& spool, net::EventLoop& loop) : spool_(spool), loop_(loop) {}

  bool open() const { return message_.has_value(); }
  void begin(MessageId id, std::string trace);    // the trace fields are the content's first bytes
  std::string& body() { return message_->body; }  // what has come and is not yet in the spool; when open

  bool wants_store() const { return message_->body.size() >= chunk_size; }
  void make_room();               // so that a large message grows its buffer once
  net::Task<bool> store_piece();  // false: the spool refused it, and accept() will say so
  net::Task<dialogue::Stored> accept(wire::Envelope envelope);  // the rest, and the answer to "250 or not"

  // What has come so far, to be read again before it is accepted: pieces that the spool has, and body() as
  // the last one. failed(): the spool has refused a piece.
  std::size_t pieces() const { return message_->pieces; }  // in the spool
  Result<std::string, store::SpoolError> piece(std::size_t index) const;
  std::uint64_t size() const { return message_->stored + message_->body.size(); }
  bool failed() const { return message_->failed.has_value(); }

  void drop();  // it will not be accepted; harmless when none is open

 private:
  struct Message {
    MessageId id;
    std::string body;
    std::size_t pieces = 0;    // in the spool
    std::uint64_t stored = 0;  // bytes in them
    std::optional<store::SpoolError> failed = {};
  };

  store::Spool& spool_;
  net::EventLoop& loop_;
  std::optional<Message> message_;
};

}  // namespace postern::session

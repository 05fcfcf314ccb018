// The queue on disk, and the promise behind "250": once accept() is answered with success, the message
// survives the loss of power, and is kept until every recipient is settled. Every Done is called exactly
// once, with success or with the reason. Threads: any. Callbacks come on the spool's own thread and must not
// block.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.hpp"
#include "base/result.hpp"
#include "wire/envelope.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

// full, broken: answered with "452 4.3.1" and "451 4.3.0". missing: there is no such message.
enum class SpoolError : std::uint8_t { full, broken, missing };
std::string_view print(SpoolError error);  // a sentence for people

struct SpoolSummary {
  std::uint64_t messages = 0;
  std::uint64_t bytes_live = 0;  // of content and envelopes still needed
  std::uint64_t bytes_on_disk = 0;
  std::uint64_t segments = 0;  // without damaged ones that were set aside
};

class Spool {
 public:
  using Done = std::function<void(Result<void, SpoolError>)>;
  using OnAccepted = std::function<void(std::vector<MessageId> const&)>;

  virtual ~Spool() = default;
  virtual MessageId next_id() = 0;

  // A piece of the content of a message on its way in. Done: written, but not yet safe. After a failure the
  // message cannot be accepted any more.
  virtual void add_chunk(MessageId id, std::string bytes, Done done) = 0;
  // The rest of the content, and the envelope. Done: safe on disk. After a failure the message does not
  // exist.
  virtual void accept(MessageId id, std::string last_chunk, wire::Envelope const& envelope, Done done) = 0;
  // The piece number `index` of a message on its way in, once its Done has been called; absent: there is
  // none. Reads and checks the disk.
  virtual Result<std::optional<std::string>, SpoolError> read_incoming(MessageId id,
                                                                       std::size_t index) const = 0;
  // The message will not be accepted: its pieces are forgotten.
  virtual void abandon(MessageId id) = 0;

  // What became of recipients. In effect at once; on disk soon: a crash may forget it, and deliver again.
  virtual void settle(MessageId id, std::vector<wire::Settlement> settlements) = 0;

  // What the postmaster asks for. In effect when Done is called with success, and then safe on disk; after a
  // failure the message is as it was. Without a Done nobody waits: what the disk refuses is tried again.
  virtual void hold(MessageId id, bool held, Done done) = 0;
  virtual void remove(MessageId id, Done done) = 0;
  virtual void move(MessageId id, std::string route, Done done) = 0;  // empty: back to the configured route

  virtual std::optional<wire::Envelope> envelope(MessageId id) const = 0;  // absent: no such message
  // With these recipients alone (indexes in the whole envelope), in this order. Costs what they cost, however
  // many others the message has. Absent, too, when it has no such recipient.
  virtual std::optional<wire::Envelope> envelope_for(MessageId id,
                                                     std::vector<std::uint32_t> const& recipients) const = 0;
  // The ids greater than `after`, in order, `limit` at most.
  virtual std::vector<MessageId> list(MessageId after, std::size_t limit) const = 0;
  // The content's piece number `index`; absent past the last. Reads and checks the disk.
  virtual Result<std::optional<std::string>, SpoolError> read_chunk(MessageId id,
                                                                    std::size_t index) const = 0;
  virtual SpoolSummary summary() const = 0;

  // Tells of messages that have just become safe. Set before the first accept().
  virtual void on_accepted(OnAccepted callback) = 0;
};

// Calls `each` with the id of every message, in order, without holding up the queue for long. `Queue` is a
// Spool or whatever else has its list().
template <class Queue, class Each>
void for_each_id(Queue const& queue, Each each) {
  constexpr std::size_t page = 1000;
  MessageId last;
  for (auto ids = queue.list(last, page); !ids.empty(); ids = queue.list(last, page)) {
    for (auto id : ids) each(id);
    last = ids.back();
  }
}

}  // namespace postern::store

// What is due when. A message is in one of three places: it waits here for its time; or it is in work, that
// is, handed to the queues of its destinations; or it is unknown here, since it is held or done with. The
// spool alone says what a message is; this says when to look at it again, and is rebuilt from the spool at a
// start. A message in work is not looked at again until its last destination has reported.
//
//   submit    makes a message due, or due earlier; one in work is left alone.
//   take_due  takes a message whose time has come; whoever takes it begins, submits or drops it.
//   begin     puts a message to work at a number of destinations.
//   done      says that one of these destinations has finished with it.
//   reroute   remembers of a message in work that its way has changed, for the end of that work.
//
// Decides nothing and starts nothing. Thread: its event loop.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/instant.hpp"
#include "base/message_id.hpp"

namespace postern::delivery {

class DueQueue {
 public:
  enum class Left : std::uint8_t {
    others,   // other destinations are still at it
    nothing,  // the work is over: the spool says when the message is due next
    rerouted  // the work is over, and the message takes its new way now
  };

  void submit(MessageId id, Instant due);
  std::optional<MessageId> take_due(Instant now);
  void begin(MessageId id, std::size_t destinations);  // at least one
  Left done(MessageId id);                             // of one that is not in work: others
  void reroute(MessageId id);                          // of one that is not in work: nothing happens

  bool in_work(MessageId id) const { return in_work_.contains(id); }
  std::optional<Instant> next() const;  // when take_due() has something; absent: nothing waits

 private:
  std::set<std::pair<Instant, MessageId>> due_;
  std::unordered_map<MessageId, Instant, MessageIdHash> due_of_;       // the same, by message
  std::unordered_map<MessageId, std::size_t, MessageIdHash> in_work_;  // destinations that have not finished
  std::unordered_set<MessageId, MessageIdHash> rerouted_;              // of those in work
};

}  // namespace postern::delivery

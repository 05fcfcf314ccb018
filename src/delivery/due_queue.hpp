// What is due when, recipient by recipient: a destination that is dead or slow holds up none of a message's
// other recipients. A recipient is in one of three places: it waits here for its time; or it is in work, that
// is, handed to the queue of its destination; or it is unknown here, since its message is held or it is done
// with. The spool alone says what a message is; this says when to look at it again, and is rebuilt from the
// spool at a start.
//
//   submit    makes a recipient due, or due earlier; one in work is left alone.
//   take_due  takes those whose time has come; whoever takes them begins, submits or drops them.
//   begin     puts a recipient to work.
//   done      says that its destination has finished with it.
//   reroute   remembers of a message's recipients in work that their way has changed, for the end of that
//   work.
//
// Decides nothing and starts nothing. Every operation costs what the recipients concerned cost. Thread: its
// event loop. Memory: about 130 bytes per recipient that waits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "base/message_id.hpp"

namespace postern::delivery {

class DueQueue {
 public:
  struct Due {
    MessageId id;
    std::vector<std::uint32_t> recipients;  // indexes in the envelope
  };

  enum class Left : std::uint8_t {
    as_recorded,  // the spool says whether and when the recipient is due again
    rerouted      // the recipient takes its new way now
  };

  void submit(MessageId id, std::uint32_t recipient, Instant due);
  // One entry per message, whoever has been due the longest first. Empty: nobody is due yet.
  std::vector<Due> take_due(Instant now);
  void begin(MessageId id, std::uint32_t recipient);
  Left done(MessageId id, std::uint32_t recipient);
  void reroute(MessageId id);

  bool in_work(MessageId id, std::uint32_t recipient) const;
  std::optional<Instant> next() const;  // when take_due() has something; absent: nobody waits

 private:
  using Key = std::pair<MessageId, std::uint32_t>;
  enum class Place : std::uint8_t { waiting, in_work, in_work_rerouted };
  struct State {
    Place place = Place::waiting;
    Instant due{};  // of one that waits
  };

  std::map<Key, State> states_;
  std::set<std::pair<Instant, Key>> due_;  // those that wait
};

}  // namespace postern::delivery

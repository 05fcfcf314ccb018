// Stored messages about which the rest of their mailbox decides.
//
// TLS: a Postfix that writes TLS comments, and none for a client that greeted with HELO, took that message in
// plaintext; one that never writes them leaves it unknown. Times: one that nothing confirms is believed
// unless it is far ahead of the others; a message without any counts at the time of one beside it. Bounds:
// holds back `limit` messages; those beyond are decided by what is known when they come.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "whatif/facts_source.hpp"
#include "whatif/readers/mailbox_message.hpp"

namespace postern::whatif {

class UndecidedMail {
 public:
  static constexpr std::size_t limit = 20'000;
  // `mailbox_changed`: the time of mail in a mailbox of which no mail has any.
  UndecidedMail(ReceptionSink& sink, Instant mailbox_changed)
      : sink_(sink), mailbox_changed_(mailbox_changed) {}

  void take(MailboxMessage&& message);
  void end(SourceStats& stats);  // passes on what was held back, and notes what was not believed

 private:
  struct Held {
    MailboxMessage message;
    std::optional<Instant> beside;  // of the message before it
  };
  void decide_tls(MailboxMessage& message) const;
  std::optional<Instant> last_of_body() const;
  void decide_times();
  void give(MailboxMessage&& message);

  ReceptionSink& sink_;
  Instant mailbox_changed_;
  std::vector<Held> held_;
  std::set<std::string> commenting_;  // borders that write TLS comments; the first 1,000
  std::optional<Instant> before_;     // of the last message whose time is certain
  std::optional<Instant> latest_;     // of all that are certain
  std::uint64_t certain_ = 0;
  std::uint64_t disbelieved_ = 0, without_time_ = 0;
};

}  // namespace postern::whatif

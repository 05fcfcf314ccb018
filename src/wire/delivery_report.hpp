// A delivery status notification (RFC 3461 section 6, RFC 3462, RFC 3464; RFC 6533 when addresses are not
// ASCII): says to the sender, in words and in fields, what became of recipients.
//
// A report to an ASCII address is ASCII throughout, so that it gets through any server: text becomes
// quoted-printable, and so do the 8-bit parts of the message it is about. Where that is not possible the
// header section alone goes back, and the report says so (RFC 3461 section 6.2). A report to another address
// needs SMTPUTF8 anyway, which includes 8BITMIME (RFC 6531 section 3.1), and carries all as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "wire/enhanced_status.hpp"
#include "wire/envelope.hpp"

namespace postern::wire {

enum class Action : std::uint8_t { failed, delayed, delivered, relayed };  // RFC 3464 section 2.3.3
std::string_view print(Action action);

struct ReportedRecipient {
  QueuedRecipient recipient;
  EnhancedStatus status;
  std::string diagnostic;  // the reply that decided, "550 5.1.1 no such user"; may be empty
  std::string remote_mta;  // who said it; empty: we ourselves
};

struct DeliveryReport {
  Action action = Action::failed;
  std::string reporting_mta;  // our host name
  std::string id;             // of the report, for Message-ID and the MIME boundary
  std::optional<Address> to;  // the sender of that message
  std::string envid;          // as written
  Instant arrived{};          // when that message came
  Instant now{};
  Instant retry_until{};  // of a delayed one: until when it is tried
  std::vector<ReportedRecipient> recipients;
  bool with_content = false;  // whether `original` is the whole message or its header section only
  std::string left_out;       // why the content is not returned, for people; empty: nobody misses it
  std::string original;       // as it was received
};

std::string print(DeliveryReport const& report);  // a whole message, lines end with CRLF and nothing else
bool needs_smtputf8(DeliveryReport const& report);

}  // namespace postern::wire

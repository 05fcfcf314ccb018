// The milter protocol from the MTA's side: what is said to a filter, and what it answers (wire/milter_packet
// has the packets). Bounds: a packet of 1 MiB, and those of wire/message_changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"
#include "wire/message_changes.hpp"
#include "wire/milter_packet.hpp"

namespace postern::wire {

enum class MilterAnswer : char {
  add_recipient = '+',
  delete_recipient = '-',
  add_recipient_with = '2',  // with ESMTP parameters, which are not used
  shutdown = '4',            // 421: treated like a temporary failure
  accept = 'a',
  replace_body = 'b',  // the next piece of another body
  go_on = 'c',
  discard = 'd',
  change_sender = 'e',
  connection_failed = 'f',  // likewise
  add_header = 'h',
  insert_header = 'i',
  change_header = 'm',
  negotiate = 'O',
  progress = 'p',  // it needs more time
  quarantine = 'q',
  reject = 'r',
  skip = 's',  // it needs no more of the body
  temporary = 't',
  reply = 'y'
};

struct MilterResponse {
  MilterAnswer answer = MilterAnswer::go_on;
  std::string_view data;  // into the bytes it was read from
};

// The answer at the start of `bytes`, and its length in `taken`. Absent: it is not whole yet. The error is a
// sentence.
Result<std::optional<MilterResponse>, std::string> read_milter_answer(std::string_view bytes,
                                                                      std::size_t& taken);

// What a filter does not want to be asked, or answers nothing to: bits of MilterOffer::protocol.
struct MilterSteps {
  static constexpr std::uint32_t no_connect = 0x01, no_helo = 0x02, no_mail = 0x04, no_rcpt = 0x08;
  static constexpr std::uint32_t can_skip = 0x400;
  static constexpr std::uint32_t silent_header = 0x80, silent_connect = 0x1000, silent_helo = 0x2000,
                                 silent_mail = 0x4000, silent_rcpt = 0x8000, silent_data = 0x10000,
                                 silent_end_of_headers = 0x40000, silent_body = 0x80000;
  static constexpr std::uint32_t leading_blank = 0x100000;  // header values come with their first blank
};
constexpr std::uint32_t milter_all_actions =
    milter_add_headers | milter_change_body | milter_add_recipients | milter_delete_recipients |
    milter_change_headers | milter_quarantine | milter_change_sender | milter_add_recipients_with;
// All that this side knows but for one: recipients that were refused are not shown.
constexpr std::uint32_t milter_all_steps = 0x1FFFFF & ~std::uint32_t{0x800};

// Whether the filter's part of the negotiation can be gone by: version 2 to 6, and nothing that was not
// offered.
bool is_sound(MilterOffer const& answer);

// What is said. Each is a packet.
std::string print_milter_connect(std::string_view name, IpAddress const& client, std::uint16_t port);
std::string print_milter_strings(MilterCommand command, std::vector<std::string> const& strings);
std::string print_milter_values(MilterCommand of,
                                std::vector<std::pair<std::string, std::string>> const& macros);
std::string print_milter_field(std::string_view name, std::string_view value, bool leading_blank);
inline std::string print_milter_command(MilterCommand command, std::string_view data = {}) {
  return print_milter_packet(static_cast<char>(command), data);
}
constexpr std::size_t milter_body_piece = 65'535;  // the most of a body that one packet carries

// "550 5.7.1 text": what a filter wants to be replied.
struct MilterReply {
  std::uint16_t code = 0;  // 4xx or 5xx
  std::string status;      // "5.7.1"; empty: none
  std::string text;        // one line, printable
};
std::optional<MilterReply> parse_milter_reply(std::string_view data);

// Notes what `response` wants to be changed. False: it is no change of the header or the envelope. The error
// is a sentence: what it wants cannot be done.
Result<bool, std::string> note_change(MilterResponse const& response, MessageChanges& changes);

}  // namespace postern::wire

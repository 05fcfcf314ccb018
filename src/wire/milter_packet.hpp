// The milter protocol, version 6, as sendmail's libmilter and Postfix speak it: packets of a length of four
// bytes, a letter and data. Here are the packets, and what the filter's side of a connection reads and
// prints; the MTA's side is wire/milter_answer. Bounds: a packet of 1 MiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::wire {

enum class MilterCommand : char {
  abort = 'A',
  body = 'B',
  connect = 'C',
  macros = 'D',
  end_of_body = 'E',
  helo = 'H',
  quit_for_new = 'K',
  header = 'L',
  mail = 'M',
  end_of_headers = 'N',
  negotiate = 'O',
  quit = 'Q',
  rcpt = 'R',
  data = 'T',
  unknown = 'U'
};

struct MilterFrame {
  char letter = 0;
  std::string_view data;  // into the bytes it was read from
};

// The packet at the start of `bytes`, whoever has sent it, and its length in `taken`. Absent: it is not whole
// yet. `letters`: those that there are. The error is a sentence: nothing that follows can be read.
Result<std::optional<MilterFrame>, std::string> read_milter_frame(std::string_view bytes,
                                                                  std::string_view letters,
                                                                  std::size_t& taken);
std::uint32_t milter_number_at(std::string_view bytes, std::size_t at);  // there are four bytes from `at` on
std::string print_milter_number(std::uint32_t number);

struct MilterPacket {
  MilterCommand command;
  std::string_view data;  // into the bytes it was read from
};

// The packet at the start of `bytes`, and its length in `taken`. Absent: it is not whole yet. The error is a
// sentence: nothing that follows can be read.
Result<std::optional<MilterPacket>, std::string> read_milter_packet(std::string_view bytes,
                                                                    std::size_t& taken);

struct MilterOffer {  // SMFIC_OPTNEG
  std::uint32_t version = 0;
  std::uint32_t actions = 0;
  std::uint32_t protocol = 0;
};
constexpr std::uint32_t milter_add_headers = 0x01, milter_change_body = 0x02, milter_add_recipients = 0x04,
                        milter_delete_recipients = 0x08, milter_change_headers = 0x10,
                        milter_quarantine = 0x20, milter_change_sender = 0x40,
                        milter_add_recipients_with = 0x80;
constexpr std::uint32_t milter_no_body = 0x10, milter_no_headers = 0x20, milter_no_end_of_headers = 0x40,
                        milter_no_unknown = 0x100, milter_no_data = 0x200;
std::optional<MilterOffer> parse_milter_offer(std::string_view data);
std::string print_milter_offer(MilterOffer const& offer);  // a packet

struct MilterConnect {
  std::string name;  // as the MTA has it: "[192.0.2.1]" when there is none
  std::optional<IpAddress> client{};
  std::uint16_t port = 0;
};
std::optional<MilterConnect> parse_milter_connect(std::string_view data);

std::vector<std::string_view> milter_strings(std::string_view data);  // each ended by a null

struct MilterMacros {
  char of = 0;                                                        // the command they are for
  std::vector<std::pair<std::string_view, std::string_view>> values;  // without braces
};
MilterMacros parse_milter_macros(std::string_view data);

std::string print_milter_packet(char response, std::string_view data = {});
std::string print_milter_reply(std::string_view text);                           // "450 4.7.10 text"
std::string print_milter_header(std::string_view name, std::string_view value);  // inserted at the top
// Takes the field out that is the `index`th of this name, from 1 on. Whoever takes several out begins with
// the last, since the others move up.
std::string print_milter_removal(std::string_view name, std::uint32_t index);

}  // namespace postern::wire

// The one door by which content leaves, whatever carries it: DATA of SMTP and LMTP, BDAT, a Maildir. Lines
// leave with CRLF only, because a CR or LF alone is a line end to some servers, and "LF . LF" the end of a
// message (RFC 5321 section 4.1.1.4). Only a message that its envelope calls BINARYMIME leaves octet by
// octet, and never by DATA (RFC 3030 section 3). What leaves is checked by LineEndCheck and, under DATA, by
// ContentEnd, the way the server on the other side reads it: exactly one CRLF.CRLF, behind the last byte. A
// failed check throws (base/assert.hpp), and nothing of that piece leaves.
//
// Stages that change content on its way out belong here, before the dots are stuffed. One is conversion to 7
// bits. It comes first, because the binary parts that it encodes may have any octets. Signatures are about
// what it has made, and come behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/bare_newlines.hpp"
#include "wire/content_end.hpp"
#include "wire/header_filter.hpp"
#include "wire/line_end_check.hpp"
#include "wire/mail_command.hpp"
#include "wire/seven_bit.hpp"

namespace postern::wire {

enum class LeavesBy : std::uint8_t {
  data,    // dots are stuffed, and CRLF.CRLF is the end
  chunks,  // BDAT: as it is
  file     // lines end with LF; Return-Path is taken out, which final delivery writes anew
};

class ContentDoor {
 public:
  // `body`: of what leaves. `forms`: how the content is converted to 7 bits (wire/seven_bit_plan); absent: it
  // is not.
  ContentDoor(LeavesBy by, Body body, std::optional<std::vector<EntityForm>> forms = std::nullopt);

  // Whole fields that stand before the content, and leave as they are: signatures of what leaves. Before the
  // first piece.
  void begin_with(std::string fields) { first_ = std::move(fields); }

  // What leaves for the next piece of the content; it may be empty. After the last piece the door is closed.
  std::string pass(std::string_view piece, bool last);

 private:
  std::string for_data(std::string_view lines, bool last);
  std::string for_file(std::string_view text, bool last);

  LeavesBy by_;
  bool keeps_octets_;
  bool closed_ = false;
  std::optional<SevenBit> seven_bit_;
  std::string first_;  // what has not left of the fields before the content
  NewlineNormalizer newlines_;
  HeaderFilter filter_{HeaderFilter::Removes::own_fields_and_return_path};
  DotStuffer dots_;
  LineEndCheck line_ends_;
  ContentEnd end_;
};

}  // namespace postern::wire

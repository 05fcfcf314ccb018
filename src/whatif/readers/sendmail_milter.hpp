// What a milter has said of a message, in the words of sendmail's log.
// Lifetime: views into the line.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::whatif {

enum class MilterVerdict : std::uint8_t { none, reject, tempfail, discard, quarantine };

struct MilterSays {
  MilterVerdict verdict = MilterVerdict::none;
  std::string_view reply;  // of a rejection: "550 5.7.1 ..."
};

// "Milter: data, reject=550 5.7.1 ...", "Milter: to=<b>, reject=550 ...", "milter=spamass, action=eom,
// tempfail", "milter=spamass, quarantine=reason". A verdict stands where the program writes it; the text of
// a header ("Milter add: header: ...") and a client's address hold none.
MilterSays milter_says(std::string_view text);

}  // namespace postern::whatif

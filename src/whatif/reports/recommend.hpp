// The answer in words.
#pragma once

#include <string>

#include "whatif/answer.hpp"

namespace postern::whatif {

// Two sentences: what to do, and why.
std::string recommendation(Answer const& answer);

// "4 of 12 lost: 33 % (95 %: 9 to 63 %)", "0 of 1,204 lost: below 0.3 % with 95 % confidence"; without a
// share where there is too little to tell one.
std::string in_words(Loss const& loss);

std::string not_counted(Answer const& answer);  // "3 from this host itself, 1 refused for good"; or nothing

std::string grouped(std::uint64_t number);                         // "1,204"
std::string counted(std::uint64_t number, std::string_view what);  // "1 host", "1,204 hosts"
std::string percent(double share);                                 // "0.25 %", "33 %"
std::string percent_bound(double share);  // rounded upwards to one digit that counts: a bound stays one

// Adds to a list with commas: "3 copies, 1 local"; nothing for a count of 0.
void append_count(std::string& list, std::uint64_t count, std::string_view what);

// Of sources that leave unknown whether mail came over TLS: how to make their servers tell. Sentences.
std::string how_sources_would_tell_tls(Answer const& answer);

// Where a rule breaks it: RFC 3207 section 4.
std::string_view rfc_3207_reminder();

// Why TLS reports cannot answer the question.
std::string_view tlsrpt_reminder();

}  // namespace postern::whatif

// What content filters have said of a message (docs/filters.md). The first group is kept in the store of
// facts and may be asked for by rules; the second is what follows from it for this message.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/rule_match.hpp"
#include "wire/reply.hpp"

namespace postern::policy {

struct FilterFacts {
  std::string name;     // of the filter whose action counts; empty: none has answered
  std::string action;   // in its own words: "add header", "reject", "no action"; of a milter "accept"
  std::string score;    // "7.50"; empty: it gives none
  std::string symbols;  // separated by blanks

  Effect effect = Effect::accept;
  wire::Reply reply = {};                  // with defer and reject
  bool held = false;                       // accepted, but waits in the queue for the postmaster
  std::vector<std::string> flags = {};     // "filters.verdict; reason": for X-Postern-Flag
  std::optional<std::string> sender = {};  // instead of the reverse-path; empty: the null sender
  std::vector<std::string> added = {};     // recipients
  std::vector<std::string> deleted = {};   // likewise
};

// The words that say whether mail was wanted. Of the other actions nobody can tell.
inline constexpr auto wanted_filter_actions = "('no action')";
inline constexpr auto unwanted_filter_actions =
    "('reject', 'add header', 'rewrite subject', 'quarantine', 'discard')";

}  // namespace postern::policy

// What stands in the report's page as plain HTML, so that it can be read where no script runs and where a
// browser cannot unpack the senders: totals, the rules' numbers, and the senders with most messages.
#pragma once

#include <string>
#include <string_view>

#include "whatif/answer.hpp"

namespace postern::whatif {

// The first rule that would lose a message, or else the first: the one whose senders are shown at first.
// Null: there is no rule.
RuleAnswer const* rule_shown_first(Answer const& answer);

constexpr std::size_t plain_senders = 500;

std::string html_escaped(std::string_view text);        // for text and for attributes in double quotes
std::string plain_period(Answer const& answer);         // of all these: HTML
std::string plain_totals(Answer const& answer);         // cards
std::string plain_rules(Answer const& answer);          // rows of a table, with its head
std::string plain_senders_table(Answer const& answer);  // likewise, at most `plain_senders`
std::string plain_senders_note(Answer const& answer);   // which senders these are, and where the others are

}  // namespace postern::whatif

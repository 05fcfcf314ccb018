// What a milter is told of a connection and an envelope: the commands, and the macros that Postfix sends with
// them by default.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "policy/facts.hpp"

namespace postern::session {

using MacroValues = std::vector<std::pair<std::string, std::string>>;

MacroValues connect_macros(policy::Facts const& facts, std::string const& hostname);
MacroValues helo_macros(policy::Facts const& facts);
MacroValues mail_macros(policy::Facts const& facts);
MacroValues recipient_macros(policy::Facts const& facts, Address const& recipient);
MacroValues queue_macros(policy::Facts const& facts);  // the queue id

std::string print_connect(policy::Facts const& facts);
std::string print_helo(policy::Facts const& facts);
std::string print_mail(policy::Facts const& facts, std::uint64_t size);
std::string print_rcpt(Address const& recipient);

}  // namespace postern::session

// ENVID and ORCPT (RFC 3461 sections 4.2 and 4.4, RFC 6533 section 3), by which a sender knows its message
// and its recipient again in a report. They decorate reports and nothing else, so they never cost the mail:
// what others write instead of xtext is read as it was meant, and what cannot be read is left out. What is
// returned is as the RFCs write it, in printable ASCII, and may be said to any server.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

constexpr std::size_t envid_limit = 100;  // characters (RFC 3461 section 4.4)
constexpr std::size_t orcpt_limit = 500;  // characters (RFC 3461 section 4.2)

std::optional<std::string> read_envid(std::string_view value);  // xtext
std::optional<std::string> read_orcpt(std::string_view value);  // addr-type ";" xtext or utf-8-addr-xtext

}  // namespace postern::wire

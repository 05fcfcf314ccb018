// Settings that are written as text and mean more: routes, addresses, how far a rule is rolled out. Each
// reads what it prints; the errors say what would be right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/result.hpp"
#include "delivery/route.hpp"

namespace postern::app {

// Of a domain; empty: the default, a Maildir in the data directory.
Result<std::optional<delivery::Route>, std::string> parse_deliver(std::string_view text);
std::string print_deliver(std::optional<delivery::Route> const& route);

// Of a rule: "observe", "enforce", "10%", "0.5%"; in ten-thousandths of the sending hosts.
Result<std::uint32_t, std::string> parse_rollout(std::string_view text);
std::string print_rollout(std::uint32_t rollout);

// Of a rule: an address with a domain; empty: none.
Result<std::optional<Address>, std::string> parse_deliver_to(std::string_view text);
std::string print_deliver_to(std::optional<Address> const& address);

}  // namespace postern::app

// Which addresses a user who has logged in may send as (auth.senders, auth.may_send_as).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace postern::policy {

enum class Senders : std::uint8_t {
  own,  // the user's own addresses, and those that the owner grants
  any
};

// What is granted beyond a user's own addresses, by user: "sales@example.org", "@example.net" for all of a
// domain, "*" for all. Users and addresses are in lower case, domains as A-labels.
using SenderGrants = std::unordered_map<std::string, std::vector<std::string>>;

}  // namespace postern::policy

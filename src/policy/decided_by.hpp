// What a verdict was decided by: by nothing, by one of the built-in rules, or by a rule of the owner's. It is
// a type so that no name that an owner gives to a rule can pass for a built-in one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::policy {

enum class Builtin : std::uint8_t {
  none,
  tls_require,   // the connection lacks the TLS that is required of it
  tls_pins,      // the sender's domain comes without the client certificate that is known of it
  directory,     // nobody of this address lives here
  relay,         // the client may not send to other domains
  login,         // a submission listener asks for a login first
  auth_senders,  // the user who has logged in may not send as this address
  size,          // the size that MAIL declares is too large
  content,       // the content breaks a limit or the syntax
  filters,       // a content filter has refused it, or does not answer
  spool,         // the message could not be stored
  dmarc_enforce  // the author's domain asks for it, since the message fails DMARC
};

inline constexpr std::array<Builtin, 11> builtins{
    Builtin::tls_require, Builtin::tls_pins,     Builtin::directory,    Builtin::relay,
    Builtin::login,       Builtin::auth_senders, Builtin::size,         Builtin::content,
    Builtin::filters,     Builtin::spool,        Builtin::dmarc_enforce};
static_assert(builtins.size() == static_cast<std::size_t>(Builtin::dmarc_enforce),
              "one row for each but `none`");

std::string_view print(Builtin builtin);  // "tls.require"; empty for `none`

struct DecidedBy {
  Builtin builtin = Builtin::none;
  std::string rule = {};  // the owner's rule; empty unless `builtin` is none

  bool anything() const { return builtin != Builtin::none || !rule.empty(); }
  friend bool operator==(DecidedBy const&, DecidedBy const&) = default;
};

// As it is logged and kept: "" when nothing decided, "builtin:tls.require", or the owner's name of the rule.
std::string print(DecidedBy const& decided_by);

// Reads what print() gives, and what earlier versions have written: built-in names without a prefix.
DecidedBy parse_decided_by(std::string_view text);

// The built-in names, with and without the prefix: an owner's rule cannot have one.
bool is_reserved_rule_name(std::string_view name);

}  // namespace postern::policy

// The Sender Rewriting Scheme: mail that is passed on to another domain leaves with a sender of ours, since
// SPF allows us to send for no other domain. Whatever comes back to that address is sent on to the original
// sender. Such an address carries a code that only we can make, and a day, so that nobody can have mail sent
// to a third party by writing one himself. Pure. Threads: immutable.
//
//   SRS0=code=day=domain=local@us      stands for local@domain
//   SRS1=code=first=rest@us            stands for SRS0rest@first: `first` has rewritten it before
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"

namespace postern::auth {

enum class SrsError : std::uint8_t {
  other,    // it is no such address
  forged,   // its code is not ours
  too_old,  // nothing comes back after so long
  malformed
};

class Srs {
 public:
  static constexpr int valid_days = 21;
  static constexpr std::size_t longest_local_part = 64;  // RFC 5321 section 4.5.3.1.1

  // The first one makes codes; those of all are accepted. At least one.
  explicit Srs(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {}

  // `forwarder`: the domain of ours for which the mail is passed on. Absent: the sender has no domain, or the
  // address would be longer than others have to take it.
  std::optional<Address> rewritten(Address const& sender, Domain const& forwarder, Instant now) const;
  Result<Address, SrsError> original(Address const& address, Instant now) const;

 private:
  bool is_ours(std::string_view code_given, std::string_view text) const;
  Result<Address, SrsError> original_of_first(std::string_view rest, Instant now) const;
  Result<Address, SrsError> original_of_later(std::string_view rest) const;

  std::vector<std::string> secrets_;
};

}  // namespace postern::auth

// Addresses and names replaced by keyed hashes (HMAC-SHA-256), so that an extract tells how mail came without
// telling whose it was. The same secret gives the same pseudonyms on every host, so that extracts can be
// merged.
//
// What is kept: two addresses of one network (/24, /48) keep a common network, loopback and private addresses
// stay what they are, two names of one registrable domain keep a common one, the null sender stays null.
#pragma once

#include <string>
#include <string_view>

#include "whatif/reception.hpp"

namespace postern::app {

class Pseudonyms {
 public:
  explicit Pseudonyms(std::string secret) : secret_(std::move(secret)) {}

  void hide(whatif::Reception& reception) const;

  IpAddress address(IpAddress const& real) const;    // within 3f00::/8, which nobody has been given
  std::string name(std::string_view real) const;     // "x0123456789abcdef.x0123456789abcdef.invalid"
  std::string mailbox(std::string_view real) const;  // "x0123456789abcdef@" and a name

 private:
  std::string digest(std::string_view kind, std::string_view text) const;  // 32 bytes
  std::string label(std::string_view text) const;

  std::string secret_;
};

}  // namespace postern::app

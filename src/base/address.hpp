// A mailbox address that has been checked: local part and domain, or local part and address literal (RFC 5321
// section 4.1.2, RFC 6531 section 3.3). Only wire/path makes it from text; everything past wire/ handles
// this, never text.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/domain.hpp"
#include "base/ip_address.hpp"

namespace postern {

class Address {
 public:
  // `local_part`: what it means, without quotes or backslashes. `domain` absent: the bare "postmaster" (RFC
  // 5321 section 4.5.1).
  explicit Address(std::string local_part) : local_part_(std::move(local_part)) {}
  Address(std::string local_part, Domain domain)
      : local_part_(std::move(local_part)), host_(std::move(domain)) {}
  Address(std::string local_part, IpAddress literal) : local_part_(std::move(local_part)), host_(literal) {}

  std::string const& local_part() const { return local_part_; }
  Domain const* domain() const { return std::get_if<Domain>(&host_); }
  IpAddress const* literal() const { return std::get_if<IpAddress>(&host_); }

  std::string host() const;     // lower-case domain, literal in brackets, or nothing
  std::string print() const;    // local part quoted where it must be: "\"a b\"@example.org"
  bool needs_smtputf8() const;  // RFC 6531 section 3.3: anything beyond ASCII

 private:
  std::string local_part_;
  std::variant<std::monostate, Domain, IpAddress> host_;
};

// RFC 5321 section 2.4: the domain without regard to case; the local part too, as every mail system in use
// does.
bool same_mailbox(Address const& a, Address const& b);

}  // namespace postern

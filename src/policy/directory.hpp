// The domains this server takes mail for, and who lives there.
// Threads: immutable once made; a reload makes a new one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "policy/own_addresses.hpp"
#include "policy/recipient_class.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {

struct LocalDomain {
  Domain name;
  bool any_mailbox = false;                                       // "*"
  std::unordered_set<std::string> mailboxes;                      // local parts, lower case
  std::unordered_map<std::string, std::vector<Address>> aliases;  // by local part, lower case
  std::string deliver;                                            // where to, as configured
  std::optional<TlsRequirement> tls;                              // absent: the general one
};

enum class DirectoryError { too_deep, too_many };

class Directory {
 public:
  // `hostname`: the domain for which the bare "postmaster" and address literals of our own stand (RFC 5321
  // section 4.1.3). Its postmaster is always ours: if it is none of `domains`, the first of them has him.
  Directory(std::string const& hostname, std::vector<LocalDomain> domains, OwnAddresses own_addresses = {});

  // A "+detail" behind the local part is not looked at (RFC 5233 section 1), unless such a mailbox exists.
  RecipientClass standing(Address const& address) const;

  // Where mail for `address` really goes: through aliases, without repetitions. The postmaster of a host name
  // that is no domain of ours becomes that of the domain that has him. Bounds: 10 deep, 1,000 addresses.
  Result<std::vector<Address>, DirectoryError> expand(Address const& address) const;

  LocalDomain const* find(Address const& address) const;  // null: it is of no domain of ours
  bool requires_tls() const;                              // of mail for any of its domains

  // The mailbox that takes mail for `address`: its own, without detail, or for a postmaster that has none the
  // first there is.
  std::string mailbox_of(Address const& address) const;

 private:
  struct Visited;
  std::optional<std::string> domain_of(Address const& address) const;
  bool is_postmaster_of_host(Address const& address) const;
  bool collect(Address const& address, int depth, Visited& visited, std::vector<Address>& out) const;

  std::string hostname_;  // A-label
  std::string first_;     // of the domains: A-label; empty: there is none
  OwnAddresses own_addresses_;
  std::unordered_map<std::string, LocalDomain> domains_;  // by A-label
};

}  // namespace postern::policy

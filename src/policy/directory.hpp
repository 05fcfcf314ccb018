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
#include "policy/standing.hpp"
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
  // `hostname`: where the bare "postmaster" and mail for our address literals go.
  Directory(std::string hostname, std::vector<LocalDomain> domains);

  // A "+detail" behind the local part is not looked at (RFC 5233 section 1), unless such a mailbox exists.
  Standing standing(Address const& address) const;

  // Where mail for `address` really goes: through aliases, without repetitions. Bounds: 10 deep, 1,000
  // addresses.
  Result<std::vector<Address>, DirectoryError> expand(Address const& address) const;

  LocalDomain const* find(Address const& address) const;
  bool requires_tls() const;  // of mail for any of its domains

  // The mailbox that takes mail for `address`: its own, without detail, or for a postmaster that has none the
  // first there is.
  std::string mailbox_of(Address const& address) const;

 private:
  struct Visited;
  bool collect(Address const& address, int depth, Visited& visited, std::vector<Address>& out) const;

  std::string hostname_;
  std::unordered_map<std::string, LocalDomain> domains_;  // by A-label
};

}  // namespace postern::policy

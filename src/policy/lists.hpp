// Lists of domains, mail addresses and networks, by name: what rules ask "in".
// Threads: immutable once made. Where entries come from (files, SQLite) is app's business.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/ip_address.hpp"
#include "base/result.hpp"

namespace postern::policy {

class List {
 public:
  // "bank.example": that name; "*.gov.example": what is below it; "alice@example.org": that address;
  // "192.0.2.0/24", "2001:db8::1": a network. The error is a sentence.
  Result<void, std::string> add(std::string_view entry);

  // Whether a domain, an address (or its domain), or an IP address is in it.
  bool contains(std::string_view what) const;
  std::size_t size() const { return names_.size() + below_.size() + networks_.size(); }

 private:
  bool contains_name(std::string const& name) const;
  std::unordered_set<std::string> names_;  // domains as A-labels, and addresses; lower case
  std::unordered_set<std::string> below_;  // of "*.gov.example": "gov.example"
  std::vector<Network> networks_;
};

using Lists = std::unordered_map<std::string, std::shared_ptr<List const>>;

}  // namespace postern::policy

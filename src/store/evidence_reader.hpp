// Reads the store of facts back, also while the server writes it. Blocking. Threads: one.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "policy/facts.hpp"

namespace postern::store {

struct EvidenceVisitor {
  // A transaction with its connection as far as that is known. `relayed`: for a client whose mail we pass on.
  std::function<void(policy::Facts&& facts, bool relayed)> transaction;
  std::function<void(policy::ConnectionFacts&& connection)> connection;
};

// Both kinds in order of time: transactions by their MAIL, connections by their end. The error is a sentence.
Result<void, std::string> read_evidence(std::string const& file, EvidenceVisitor const& visitor);

}  // namespace postern::store

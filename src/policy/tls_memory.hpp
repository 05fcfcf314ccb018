// What the gate remembers of a client's TLS: so far, handshakes that failed in a row. Grows by remember(),
// folded over the facts of connections in order of time. Bounds: `limit` clients; the longest unseen is
// forgotten first.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>

#include "policy/facts.hpp"

namespace postern::policy {

class TlsMemory {
 public:
  explicit TlsMemory(std::size_t limit = 100'000) : limit_(limit) {}

  RememberedHost recall(IpAddress const& client) const;
  std::size_t size() const { return entries_.size(); }

 private:
  friend void remember(TlsMemory& memory, ConnectionFacts const& connection);
  struct Entry {
    IpAddress client;
    RememberedHost host;
  };
  std::size_t limit_;
  std::list<Entry> order_;  // the latest in front
  std::unordered_map<IpAddress, std::list<Entry>::iterator, IpAddressHash> entries_;
};

// A failed handshake counts, one that succeeds forgives them all; plaintext by choice says nothing.
void remember(TlsMemory& memory, ConnectionFacts const& connection);

}  // namespace postern::policy

// What has been seen of TLS: of host identities (policy/host_identity), of single clients, of sender domains
// whose SPF passed. Grows by remember(), folded over facts in order of time: the same in the gate and in
// replay. Kept on disk by the store of facts.
// Bounds: `limit` entries of each kind; the longest unseen is forgotten first.
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/words.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"

namespace postern::policy {

enum class MemoryKind : std::uint8_t { host, client, sender };
Words<MemoryKind> words_of(MemoryKind);
using postern::print;

struct MemoryEntry {
  MemoryKind kind = MemoryKind::host;
  std::string name;  // "example.org", "192.0.2.0/24"; of a client its address or /64
  std::uint32_t sessions = 0;
  std::uint32_t clear = 0;
  std::uint32_t failures = 0;  // of a client: in a row
  std::uint8_t versions = 0;   // bit n: TLS 1.n was seen
  std::optional<Instant> first_tls, last_tls, clear_since, last_failure;
  Instant last_seen{};
  std::string failure;  // why the last handshake failed
  std::string key;      // of a sender: SHA-256 of the one key its clients have shown
  std::optional<Instant> key_since;
  bool distrusts_us = false;  // of a client: since its last TLS it has ended a handshake for our certificate

  std::string print_versions() const;  // "1.2, 1.3"
};

// What both know: as if their pasts overlapped, so that importing a log twice changes nothing.
MemoryEntry merge(MemoryEntry const& a, MemoryEntry const& b);

class TlsMemory {
 public:
  // `seed`: a random one where strangers, who pick the names of their hosts, must not be able to slow it
  // down.
  explicit TlsMemory(std::size_t limit = 100'000, std::uint64_t seed = 0)
      : limit_(limit), shelves_{Shelf(seed), Shelf(seed), Shelf(seed)} {}

  MemoryEntry const* find(MemoryKind kind, std::string_view name) const;
  MemoryEntry& touch(MemoryKind kind, std::string_view name, Instant now);  // a new one if there is none
  void put(MemoryEntry entry);                                              // as loaded or imported
  bool forget(MemoryKind kind, std::string_view name);
  void for_each(std::function<void(MemoryEntry const&)> const& visit) const;  // the latest first
  std::size_t size(MemoryKind kind) const { return shelf(kind).entries.size(); }

 private:
  using Place = std::list<MemoryEntry>::iterator;
  struct NameHash {
    using is_transparent = void;
    std::uint64_t seed;
    std::size_t operator()(std::string_view name) const { return hash_of(name, seed); }
    std::size_t operator()(Place place) const { return hash_of(place->name, seed); }
  };
  struct SameName {
    using is_transparent = void;
    bool operator()(Place a, Place b) const { return a->name == b->name; }
    bool operator()(std::string_view a, Place b) const { return a == b->name; }
    bool operator()(Place a, std::string_view b) const { return a->name == b; }
  };
  struct Shelf {
    explicit Shelf(std::uint64_t seed) : entries(0, NameHash{seed}) {}
    std::list<MemoryEntry> order;  // the latest in front
    boost::unordered_flat_set<Place, NameHash, SameName> entries;
  };
  Shelf& shelf(MemoryKind kind) { return shelves_[static_cast<std::size_t>(kind)]; }
  Shelf const& shelf(MemoryKind kind) const { return shelves_[static_cast<std::size_t>(kind)]; }
  std::size_t limit_;
  std::array<Shelf, static_cast<std::size_t>(MemoryKind::sender) + 1> shelves_;  // one for each kind
};

// What a call has changed: views into the memory, good until its next change.
using MemoryChanges = boost::container::static_vector<MemoryEntry const*, 2>;

// Fills in what is remembered: of the client; of its identity, once its name is known; of the sender's
// domain.
void recall_client(TlsMemory const& memory, ConnectionFacts& connection);
void recall_host(TlsMemory const& memory, ConnectionFacts& connection);
void recall_sender(TlsMemory const& memory, Policy const& policy, TransactionFacts& transaction);

// A connection has ended: its session over TLS, or its failed handshake, counts. Returns what has changed.
// What comes to a listener for our own users tells nothing of mail hosts: behind one address there are many.
MemoryChanges remember(TlsMemory& memory, ConnectionFacts const& connection);

// Mail has begun to come in the clear on this connection.
MemoryChanges remember_clear(TlsMemory& memory, ConnectionFacts const& connection, Instant now);

// A message was taken: over TLS with SPF passed it raises what is known of its sender's domain.
MemoryChanges remember_sender(TlsMemory& memory, ConnectionFacts const& connection,
                              TransactionFacts const& transaction);

}  // namespace postern::policy

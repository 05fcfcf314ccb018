#include "policy/tls_memory.hpp"

#include <iterator>

#include "base/client_network.hpp"
#include "policy/host_identity.hpp"
#include "policy/tls_requirement.hpp"

namespace postern::policy {

Words<MemoryKind> words_of(MemoryKind) {
  static constexpr Word<MemoryKind> words[] = {
      {MemoryKind::host, "host"}, {MemoryKind::client, "client"}, {MemoryKind::sender, "sender"}};
  static_assert(is_complete(words));
  return words;
}

std::string MemoryEntry::print_versions() const {
  std::string out;
  for (unsigned minor = 0; minor <= 3; ++minor)
    if ((versions >> minor & 1U) != 0) out += (out.empty() ? "1." : ", 1.") + std::to_string(minor);
  return out;
}

MemoryEntry merge(MemoryEntry const& a, MemoryEntry const& b) {
  auto const& later = a.last_seen < b.last_seen ? b : a;
  auto merged = later;
  auto const& other = &later == &a ? b : a;
  merged.sessions = std::max(a.sessions, b.sessions);
  merged.clear = std::max(a.clear, b.clear);
  merged.versions = static_cast<std::uint8_t>(a.versions | b.versions);
  merged.distrusts_us = a.distrusts_us || b.distrusts_us;
  if (other.first_tls)
    merged.first_tls = std::min(*other.first_tls, later.first_tls.value_or(*other.first_tls));
  if (other.last_tls) merged.last_tls = std::max(*other.last_tls, later.last_tls.value_or(*other.last_tls));
  return merged;
}

MemoryEntry const* TlsMemory::find(MemoryKind kind, std::string_view name) const {
  auto const found = shelf(kind).entries.find(name);
  return found == shelf(kind).entries.end() ? nullptr : &**found;
}

MemoryEntry& TlsMemory::touch(MemoryKind kind, std::string_view name, Instant now) {
  auto& [order, entries] = shelf(kind);
  auto const found = entries.find(name);
  if (found != entries.end()) {
    order.splice(order.begin(), order, *found);
  } else {
    order.emplace_front();
    order.front().kind = kind;
    order.front().name = name;
    entries.insert(order.begin());
    if (entries.size() > limit_) {
      entries.erase(std::prev(order.end()));
      order.pop_back();
    }
  }
  order.front().last_seen = std::max(order.front().last_seen, now);
  return order.front();
}

void TlsMemory::put(MemoryEntry entry) {
  auto& place = touch(entry.kind, entry.name, entry.last_seen);
  place = std::move(entry);
}

bool TlsMemory::forget(MemoryKind kind, std::string_view name) {
  auto& [order, entries] = shelf(kind);
  auto const found = entries.find(name);
  if (found == entries.end()) return false;
  auto const place = *found;
  entries.erase(found);
  order.erase(place);
  return true;
}

void TlsMemory::for_each(std::function<void(MemoryEntry const&)> const& visit) const {
  for (auto const& shelf : shelves_)
    for (auto const& entry : shelf.order) visit(entry);
}

namespace {

std::string client_name(ConnectionFacts const& connection) {
  return ClientNetwork(connection.client).print();
}

// As identity_of(), without a copy of what is known.
class Identity {
 public:
  explicit Identity(ConnectionFacts const& connection)
      : worked_out_(connection.identity.empty() ? identity_of(connection) : std::string()),
        name_(connection.identity.empty() ? worked_out_ : connection.identity) {}
  operator std::string_view() const { return name_; }

 private:
  std::string worked_out_;
  std::string_view name_;
};

RememberedTls seen_of(MemoryEntry const& entry) {
  return {entry.sessions, entry.clear, entry.failures, entry.first_tls, entry.last_tls, entry.clear_since};
}

void saw_tls(MemoryEntry& entry, ConnectionFacts const& connection, Instant now) {
  ++entry.sessions;
  if (!entry.first_tls) entry.first_tls = now;
  entry.last_tls = std::max(now, entry.last_tls.value_or(now));
  entry.clear_since.reset();
  if (auto const version = tls_version_number(connection.tls.version); version >= 10)
    entry.versions = static_cast<std::uint8_t>(entry.versions | 1U << (version - 10));
}

}  // namespace

void recall_client(TlsMemory const& memory, ConnectionFacts& connection) {
  auto const* entry = memory.find(MemoryKind::client, client_name(connection));
  if (entry == nullptr) return;
  connection.remembered.failed_handshakes = entry->failures;
  connection.remembered.last_failure = entry->last_failure;
  connection.remembered.clear_since = entry->clear_since;
  connection.remembered.last_tls = entry->last_tls;
  connection.remembered.distrusts_us = entry->distrusts_us;
}

void recall_host(TlsMemory const& memory, ConnectionFacts& connection) {
  auto const* entry = memory.find(MemoryKind::host, Identity(connection));
  connection.remembered.tls = entry == nullptr ? RememberedTls{} : seen_of(*entry);
}

void recall_sender(TlsMemory const& memory, Policy const& policy, TransactionFacts& transaction) {
  if (!transaction.mail.reverse_path) return;
  auto const domain = transaction.mail.reverse_path->host();
  auto const* entry = memory.find(MemoryKind::sender, domain);
  if (entry == nullptr) return;
  transaction.sender = seen_of(*entry);
  auto const pin = policy.pins.find(domain);
  bool const learns = pin != policy.pins.end() && pin->second.learn_after > Duration{};
  if (learns && entry->key_since && transaction.started - *entry->key_since >= pin->second.learn_after)
    transaction.sender_key = entry->key;
}

MemoryChanges remember(TlsMemory& memory, ConnectionFacts const& connection) {
  auto const state = connection.tls.state;
  if (state == TlsState::none || connection.role == ListenerRole::submission) return {};
  auto const now = connection.ended;
  auto& client = memory.touch(MemoryKind::client, client_name(connection), now);
  auto& host = memory.touch(MemoryKind::host, Identity(connection), now);
  if (state == TlsState::established) {
    client.failures = 0;
    client.distrusts_us = false;
    saw_tls(client, connection, now);
    saw_tls(host, connection, now);
  } else {
    for (auto* entry : {&client, &host}) {
      ++entry->failures;
      entry->last_failure = now;
      entry->failure = connection.tls.failure;
    }
    client.distrusts_us = client.distrusts_us || connection.tls.distrusts_us;
  }
  return {&client, &host};
}

MemoryChanges remember_clear(TlsMemory& memory, ConnectionFacts const& connection, Instant now) {
  MemoryChanges changes;
  for (auto* entry : {&memory.touch(MemoryKind::client, client_name(connection), now),
                      &memory.touch(MemoryKind::host, Identity(connection), now)}) {
    ++entry->clear;
    if (!entry->clear_since) entry->clear_since = now;
    changes.push_back(entry);
  }
  return changes;
}

MemoryChanges remember_sender(TlsMemory& memory, ConnectionFacts const& connection,
                              TransactionFacts const& transaction) {
  if (transaction.spf != Spf::pass || !transaction.mail.reverse_path) return {};
  auto const now = transaction.started;
  auto& entry = memory.touch(MemoryKind::sender, transaction.mail.reverse_path->host(), now);
  if (connection.tls.state != TlsState::established) {
    ++entry.clear;
    if (!entry.clear_since) entry.clear_since = now;
    return {&entry};
  }
  saw_tls(entry, connection, now);
  if (!connection.tls.spki_sha256.empty() && entry.key != connection.tls.spki_sha256) {
    entry.key = connection.tls.spki_sha256;
    entry.key_since = now;
  }
  return {&entry};
}

}  // namespace postern::policy

#include "policy/tls_memory.hpp"

namespace postern::policy {

RememberedHost TlsMemory::recall(IpAddress const& client) const {
  auto const entry = entries_.find(client);
  return entry == entries_.end() ? RememberedHost{} : entry->second->host;
}

void remember(TlsMemory& memory, ConnectionFacts const& connection) {
  auto entry = memory.entries_.find(connection.client);
  if (connection.tls.state == TlsState::established) {
    if (entry == memory.entries_.end()) return;
    memory.order_.erase(entry->second);
    memory.entries_.erase(entry);
    return;
  }
  if (connection.tls.state != TlsState::failed) return;
  if (entry == memory.entries_.end()) {
    memory.order_.push_front({connection.client, {}});
    entry = memory.entries_.emplace(connection.client, memory.order_.begin()).first;
  } else {
    memory.order_.splice(memory.order_.begin(), memory.order_, entry->second);
  }
  auto& host = entry->second->host;
  ++host.failed_handshakes;
  host.last_failure = connection.ended;
  if (memory.entries_.size() > memory.limit_) {
    memory.entries_.erase(memory.order_.back().client);
    memory.order_.pop_back();
  }
}

}  // namespace postern::policy

// Which host identities (policy/host_identity) have come over TLS, and how often: what "remembered" asks for.
// Grows by remember(), folded over connections in order of time. Bounds: as many as there are identities.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>

#include "policy/facts.hpp"

namespace postern::policy {

class TlsHistory {
 public:
  std::uint32_t sessions(std::string const& identity) const {
    auto const found = sessions_.find(identity);
    return found == sessions_.end() ? 0 : found->second;
  }

 private:
  friend void remember(TlsHistory& history, std::string const& identity, TlsState state);
  boost::unordered_flat_map<std::string, std::uint32_t> sessions_;
};

// A session over TLS counts; one in the clear takes nothing back.
inline void remember(TlsHistory& history, std::string const& identity, TlsState state) {
  if (state == TlsState::established) ++history.sessions_[identity];
}

}  // namespace postern::policy

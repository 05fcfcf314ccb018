// A content filter as the owner has configured it (docs/filters.md). Threads: immutable, but for its circuit
// breaker, which is guarded. A reload makes it anew, and with it the breaker.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/instant.hpp"
#include "net/connector.hpp"
#include "policy/facts.hpp"
#include "session/circuit_breaker.hpp"

namespace postern::session {

enum class FilterKind : std::uint8_t { rspamd, milter };
enum class FilterFailure : std::uint8_t { accept_flagged, defer };
enum class FilterScope : std::uint8_t { arrivals, submissions, both };

struct FilterConfig {
  std::string name = {};
  FilterKind kind = FilterKind::rspamd;
  net::Target target = net::UnixPath{};
  std::string host = {};  // for HTTP
  FilterFailure on_failure = FilterFailure::accept_flagged;
  FilterScope scope = FilterScope::arrivals;
  Duration timeout = std::chrono::seconds(20);  // for all of a conversation with it
  std::uint64_t max_message = 50U << 20;        // bytes; larger ones are not shown to it
  std::shared_ptr<CircuitBreaker> breaker = std::make_shared<CircuitBreaker>();

  bool sees(policy::ConnectionFacts const& connection) const {
    bool const ours = connection.role == policy::ListenerRole::submission || !connection.login.empty();
    return scope == FilterScope::both || ours == (scope == FilterScope::submissions);
  }
};

}  // namespace postern::session

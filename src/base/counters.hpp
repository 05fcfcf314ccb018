// What the server counts about itself: one number for each Count, with a name and a help text, which
// web/metrics prints. Threads: any; the atomics are relaxed.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace postern {

enum class Count : std::uint8_t {
  connections,
  connections_refused,
  connections_tls,
  connections_tls_resumed,
  tls_failures,
  tls_distrusted,
  tls_injections,
  tls_offers_withheld,
  tls_downgrades,
  outbound_connections,
  outbound_tls,
  outbound_tls_failures,
  messages_accepted,
  messages_accepted_tls,
  message_bytes,
  messages_refused,
  recipients_refused,
  recipients_deferred,
  recipients_flagged,
  dmarc_failures,
  dmarc_refused,
  dmarc_flagged,
  dmarc_observed,
  rule_errors,
  policy_requests,
  milter_messages,
  filter_messages,
  filter_refusals,
  filter_failures,
  filter_messages_unfiltered,
  logins,
  logins_failed,
  login_senders_refused,
  logins_refused,
  commands_bad,
  deadlines_passed,
  spool_commits,
  spool_failures,
  delivered,
  delivery_deferred,
  bounced,
  facts_dropped,
  log_lines_dropped,
  dns_timeouts,
  sessions_unexpected_errors,
  last_
};

struct CountName {
  std::string_view name;
  std::string_view help;
};

CountName name_of(Count count);

class Counters {
 public:
  void add(Count count, std::uint64_t by = 1) { at(count).fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t get(Count count) const {
    return values_[static_cast<std::size_t>(count)].load(std::memory_order_relaxed);
  }

  std::atomic<std::int64_t> open_connections{0};
  std::atomic<std::int64_t> certificate_expiry{0};  // of the first to end, seconds since 1970; 0: of none

 private:
  std::atomic<std::uint64_t>& at(Count count) { return values_[static_cast<std::size_t>(count)]; }
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Count::last_)> values_{};
};

}  // namespace postern

// The answer: the one value that all reports print.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "whatif/interval.hpp"

namespace postern::whatif {

enum class Reason : std::uint8_t {
  never_tls,              // in plaintext, and never seen with TLS
  domain_speaks_tls,      // in plaintext; another host of the same sender domain uses TLS
  host_speaks_tls,        // in plaintext; the same host uses TLS at other times
  tls_failed,             // in plaintext; its handshakes failed
  old_tls,                // over TLS, older than the rule asks for
  no_client_certificate,  // over TLS, without the certificate the rule asks for
  matched_rule,           // an owner's rule describes it, TLS aside
  last_
};
constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::last_);
std::string_view name(Reason reason);     // "never_tls"
std::string_view explain(Reason reason);  // a phrase
std::string_view advice(Reason reason);   // what to do about such a sender

struct SourceAnswer {
  std::string name, kind;
  std::uint64_t messages = 0, lines = 0, skipped = 0, bytes = 0;
  std::vector<std::string> notes, examples;
};

struct Loss {
  std::uint64_t messages = 0;  // of which it is known whether they came over TLS
  std::uint64_t lost = 0;
  double share = 0;  // of them
  Interval share_95;
  bool too_little = true;
};

struct LostSender {
  std::string domain;  // "<>": the null sender
  std::uint64_t messages = 0, wanted = 0, unwanted = 0;
  std::vector<std::string> hosts;  // addresses, most first; at most `hosts_kept`
  std::uint64_t host_count = 0;
  Reason reason = Reason::never_tls;  // of most of its messages
  std::string failure;                // why handshakes failed
  Instant first{}, last{};
  static constexpr std::size_t hosts_kept = 20;
};

struct RuleAnswer {
  std::string rule, meaning;
  bool breaks_rfc3207 = false;
  bool defers = false;
  Loss lost, wanted, unwanted;
  double per_30_days = 0;
  std::uint64_t unknown = 0;  // messages whose source does not tell what the rule asks for
  std::uint64_t sender_domains = 0, hosts = 0;
  std::uint64_t refused_anyway = 0;  // of the messages refused before: those the rule would refuse, too
  std::array<std::uint64_t, reason_count> reasons{};
  std::vector<LostSender> senders;  // most messages first
  std::vector<std::uint64_t> lost_by_day;
};

struct Day {
  std::int64_t day = 0;  // since 1970, UTC
  std::uint64_t over_tls = 0, in_the_clear = 0, unknown = 0;
};

struct LeftOut {
  std::uint64_t loopback = 0, internal = 0, authenticated = 0, local = 0, copies = 0, out_of_time = 0,
                no_address = 0;
};

struct Answer {
  std::uint64_t messages = 0, over_tls = 0, in_the_clear = 0, unknown = 0;
  std::uint64_t refused = 0;          // attempts refused for good, whatever the rule
  std::uint64_t deferred = 0;         // deferred and not seen again
  std::uint64_t tried_again = 0;      // attempts that were deferred and accepted later: counted once
  std::uint64_t refused_for_tls = 0;  // of refused and deferred: because they came in plaintext
  std::uint64_t hosts = 0, sender_domains = 0;
  std::uint64_t failed_handshakes = 0;
  std::array<std::uint64_t, 5> versions{};  // unknown, 1.0 and older, 1.1, 1.2, 1.3: messages
  std::uint64_t wanted = 0, unwanted = 0;
  Instant first{}, last{};
  LeftOut left_out;
  std::vector<SourceAnswer> sources;
  std::vector<RuleAnswer> rules;
  std::vector<Day> days;
  std::vector<std::string> notes;

  double days_spanned() const;  // at least one
};

std::string day_name(std::int64_t day);  // "2026-11-24"

}  // namespace postern::whatif

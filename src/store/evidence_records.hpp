// What the store of facts keeps: connections (policy/facts), transactions, deliveries, connections to other
// servers, and what is remembered of TLS (policy/tls_memory).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/instant.hpp"
#include "base/message_id.hpp"
#include "base/words.hpp"
#include "policy/facts.hpp"
#include "policy/tls_memory.hpp"

namespace postern::store {

struct TransactionRecord {
  std::uint64_t connection = 0;
  policy::TransactionFacts transaction;
};

enum class DeliveryOutcome : std::uint8_t { delivered, deferred, failed };
Words<DeliveryOutcome> words_of(DeliveryOutcome);
using postern::print;

struct DeliveryRecord {
  MessageId message = {};
  Instant at{};
  std::string address = {};
  std::string destination = {};
  std::uint32_t attempt = 0;
  DeliveryOutcome outcome = DeliveryOutcome::delivered;
  std::string reply = {};
};

struct ReportedPolicy {  // how a session counts in the report about its domain (RFC 8460 section 4.2)
  std::string domain;    // empty: it counts in none
  std::string type;      // "tlsa", "sts", "no-policy-found"
  std::string policy;    // lines, separated by \n
  std::string mx;        // patterns of an MTA-STS policy, separated likewise
  std::string failure;   // of finding the policy (RFC 8460 section 4.3.2)
  std::string reason;
};

struct OutboundRecord {  // a connection to another server, or why there was none
  std::uint64_t id = 0;
  Instant at{};
  std::string destination = {};
  std::string host;
  std::string peer;  // address and port
  std::string policy;
  std::string tls = "none";  // established, failed, none
  bool tls_offered = false;
  std::string tls_version;
  std::string tls_cipher;
  std::string tls_group;
  std::string certificate;  // as net::ServerCertificate prints it
  bool proved = false;      // what the policy asks for
  std::string tls_failure;
  std::uint32_t delivered = 0;  // recipients
  std::string problem;          // why it ended early; empty: it did not
  ReportedPolicy reported;
  std::string result;  // RFC 8460 section 4.3, or "success"; empty: no session to be reported
};

using EvidenceRecord = std::variant<policy::ConnectionFacts, TransactionRecord, DeliveryRecord,
                                    OutboundRecord, policy::MemoryEntry>;

}  // namespace postern::store

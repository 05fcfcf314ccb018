// The store of facts: how every connection and message came, written in batches off the mail path
// (docs/facts.md). Threads: record() from any, never blocks; one thread writes. Bounds: `queue_limit` facts
// wait, what comes beyond is dropped and counted.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/log.hpp"
#include "policy/facts.hpp"
#include "policy/tls_memory.hpp"

namespace postern::store {

struct TransactionRecord {
  std::uint64_t connection = 0;
  policy::TransactionFacts transaction;
};

enum class DeliveryOutcome : std::uint8_t { delivered, deferred, failed };
std::string_view print(DeliveryOutcome outcome);

struct DeliveryRecord {
  MessageId message;
  Instant at{};
  std::string address;
  std::string destination;
  std::uint32_t attempt = 0;
  DeliveryOutcome outcome = DeliveryOutcome::delivered;
  std::string reply;
};

struct ReportedPolicy {  // how a session counts in the report about its domain (RFC 8460 section 4.2)
  std::string domain;    // empty: it counts nowhere
  std::string type;      // "tlsa", "sts", "no-policy-found"
  std::string policy;    // lines, separated by \n
  std::string mx;        // patterns of an MTA-STS policy, as well
  std::string failure;   // of finding the policy (RFC 8460 section 4.3.2)
  std::string reason;
};

struct OutboundRecord {  // a connection to another server, or why there was none
  std::uint64_t id = 0;
  Instant at{};
  std::string destination;
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

struct EvidenceSettings {
  std::string file;
  Duration retention = std::chrono::hours(24 * 90);
  Duration memory_expire = std::chrono::hours(24 * 90);  // of what was not seen for so long
};

class Evidence {
 public:
  static constexpr std::size_t queue_limit = 50'000;

  static Result<std::unique_ptr<Evidence>, std::string> open(EvidenceSettings settings, Log& log,
                                                             Counters& counters);
  ~Evidence();  // writes what waits

  void record(EvidenceRecord record);

 private:
  class Writer;
  struct Waiting {
    std::deque<EvidenceRecord> records;  // not a vector: growing would move them all
    bool stopping = false;
  };
  Evidence(std::unique_ptr<Writer> writer, Log& log, Counters& counters);
  void run();

  std::unique_ptr<Writer> writer_;
  Log& log_;
  Counters& counters_;
  Guarded<Waiting> waiting_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace postern::store

// Asks the DNS, through libunbound with DNSSEC validation (RFC 4035 section 4.3), off the loops. libunbound
// keeps the answers for as long as they last. Threads: any may ask; answers come on a thread of its own.
// Bounds: 50,000 questions wait; what comes beyond fails at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/one_shot.hpp"
#include "net/stop_state.hpp"
#include "net/task.hpp"
#include "wire/dns_records.hpp"

namespace postern::net {

struct DnsSettings {
  bool enabled = true;
  std::vector<std::string> servers;  // "192.0.2.53", "192.0.2.53@5353"; empty: those of /etc/resolv.conf
  std::uint16_t port = 53;           // of those that are given without one
  std::string trust_anchor_file = "/usr/share/dns/root.key";  // as a zone file; empty: nothing is validated
};

enum class DnsStatus : std::uint8_t { found, no_data, no_such_name, failed };  // failed: ask again later

// The same with what DNSSEC says of it (RFC 4035 section 4.3). Who goes by what is signed switches over it,
// so that a look-up that has failed passes neither for an absence nor for a zone that is not signed.
enum class DnsState : std::uint8_t {
  secure,           // there are records, and they are validated
  insecure,         // there are records, in a zone that is not signed
  absent_secure,    // there are none, and that is validated
  absent_insecure,  // there are none, in a zone that is not signed
  bogus,            // what came does not hold: somebody has changed it, or the zone is broken
  failed            // nobody has answered: nothing is known
};

struct DnsAnswer {
  DnsStatus status = DnsStatus::failed;
  bool secure = false;               // validated from the trust anchor on; so is that there is nothing
  bool bogus = false;                // validation failed: DnsStatus::failed
  std::string canonical_name;        // behind CNAMEs, lower case
  std::vector<std::string> records;  // their data, uncompressed
  std::chrono::seconds ttl{0};
  std::string problem;  // when it failed, for people

  DnsState state() const;
};

class Dns {
 public:
  using OnAnswer = std::function<void(DnsAnswer)>;

  static Result<std::unique_ptr<Dns>, std::string> make(DnsSettings const& settings);
  virtual ~Dns() = default;  // what waits is not answered any more

  virtual void ask(std::string name, wire::DnsType type, OnAnswer on_answer) = 0;
  virtual bool enabled() const { return true; }  // false: every answer is a failure
};

// From a coroutine. When `stop` ends the wait, the answer is a failure.
Task<DnsAnswer> ask(Dns& dns, std::string name, wire::DnsType type, StopToken stop = {});

// The same in two steps, for a coroutine that asks several questions at once. The answer comes by way of
// `loop`, and may come when nobody waits for it any more.
using DnsQuestion = std::shared_ptr<OneShot<DnsAnswer>>;
DnsQuestion begin_question(Executor loop, Dns& dns, std::string name, wire::DnsType type);
Task<DnsAnswer> answer_to(DnsQuestion question, StopToken stop);

}  // namespace postern::net

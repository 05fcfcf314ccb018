// The MTA-STS policies of domains we send to (RFC 8461): looked for in the DNS, fetched over HTTPS, kept
// until they expire. Thread: its event loop; fetches run on workers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/dns.hpp"
#include "net/stop_state.hpp"
#include "net/waiter.hpp"
#include "net/worker_pool.hpp"
#include "policy/destination_tls.hpp"
#include "store/sts_cache.hpp"
#include "wire/mta_sts.hpp"

namespace postern::delivery {

struct StsSettings {
  bool enabled = true;
  std::uint16_t port = 443;  // of the policy hosts, for tests
  Duration timeout = std::chrono::seconds(30);
  std::string ca_file;  // who is trusted; empty: the system's
};

enum class StsFailure : std::uint8_t {
  none,
  fetch_error,
  policy_invalid,
  webpki_invalid
};  // RFC 8460 section 4.3.2
std::string_view print(StsFailure failure);

struct StsFound {
  std::optional<wire::StsPolicy> policy;  // in force
  std::string id;
  StsFailure failure = StsFailure::none;  // of the last fetch
  std::string problem;
  // Of the record that says whether there is a policy. It counts as done while a policy is in force.
  policy::StsLookUp look_up = policy::StsLookUp::done;
  std::string look_up_problem;  // when it failed
};

class StsPolicies {
 public:
  // After look-ups of a domain have failed for so long, mail need not wait for them any more. This is what
  // the retries of a message take to become rare, and no more than most senders bear without a word.
  static constexpr std::chrono::hours look_up_patience{4};

  // `cache` may be null: nothing is kept on disk then. All outlive it.
  StsPolicies(net::Dns& dns, net::WorkerPool& workers, store::StsCache* cache, Log& log, Clock const& clock);

  void configure(StsSettings settings) { settings_ = std::move(settings); }
  // One search runs per domain; whoever asks meanwhile waits for it. When `stop` ends the wait, what is known
  // already is found.
  net::Task<StsFound> find(std::string domain, net::StopToken stop = {});

 private:
  struct FailedLookUps {  // of a domain, one after the other
    Instant first{};
    Instant last{};
    bool bogus = false;        // the last
    std::string problem = {};  // of the last
    bool told = false;         // that mail goes on without a policy
  };
  struct Known {
    StsFound found;
    Instant fetched{};
    Instant expires{};  // of the policy
    Instant look_again{};
    bool looked_up = false;  // once, with success
    std::optional<FailedLookUps> failed;
  };
  using Waiters = std::vector<std::shared_ptr<net::Waiter>>;
  using Running = std::unordered_map<std::string, Waiters>;  // by domain
  class Search;

  net::Task<void> refresh(std::string domain, net::StopToken stop);
  net::Task<void> fetch(std::string domain, std::string id, net::StopToken stop);
  StsFound found_now(std::string const& domain);
  void note_failure(std::string const& domain, net::DnsAnswer const& answer, Instant now);
  static void note_answer(Known& known, Instant now);
  Known& entry(std::string const& domain);
  void make_room();

  net::Dns& dns_;
  net::WorkerPool& workers_;
  store::StsCache* cache_;
  Log& log_;
  Clock const& clock_;
  StsSettings settings_;
  std::unordered_map<std::string, Known> known_;
  std::shared_ptr<Running> running_ = std::make_shared<Running>();
};

}  // namespace postern::delivery

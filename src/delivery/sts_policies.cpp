#include "delivery/sts_policies.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/ascii.hpp"
#include "net/https_fetch.hpp"
#include "net/mx_hosts.hpp"

namespace postern::delivery {
namespace {

constexpr Duration look_again_after =
    std::chrono::minutes(5);  // RFC 8461 section 3.3 asks for a limit on fetches
constexpr Duration look_again_after_failure = std::chrono::seconds(30);  // of the DNS
constexpr std::chrono::hours failures_forgotten_after{24};  // the next one is the first of others
constexpr std::size_t known_limit = 100'000;

struct Fetched {
  std::optional<wire::StsPolicy> policy;
  StsFailure failure = StsFailure::none;
  std::string problem;
};

Fetched fetch_policy(net::HttpsRequest const& request) {
  auto const answer = net::fetch_https(request);
  if (!answer) {
    bool const certificate = answer.error().kind == net::HttpsFailure::certificate;
    return {{}, certificate ? StsFailure::webpki_invalid : StsFailure::fetch_error, answer.error().why};
  }
  if (answer->status != 200)  // RFC 8461 section 3.3: redirects are failures
    return {{}, StsFailure::fetch_error, "the answer is HTTP " + std::to_string(answer->status)};
  if (answer->content_type != "text/plain")
    return {{},
            StsFailure::policy_invalid,
            "the answer is not text/plain but " + printable(answer->content_type, 80)};
  auto policy = wire::parse_sts_policy(answer->body);
  if (!policy) return {{}, StsFailure::policy_invalid, policy.error()};
  return {std::move(*policy), StsFailure::none, {}};
}

}  // namespace

std::string_view print(StsFailure failure) {
  switch (failure) {
    case StsFailure::none: return "none";
    case StsFailure::fetch_error: return "sts-policy-fetch-error";
    case StsFailure::policy_invalid: return "sts-policy-invalid";
    case StsFailure::webpki_invalid: return "sts-webpki-invalid";
  }
  return {};
}

StsPolicies::StsPolicies(net::Dns& dns, net::WorkerPool& workers, store::StsCache* cache, Log& log,
                         Clock const& clock)
    : dns_(dns), workers_(workers), cache_(cache), log_(log), clock_(clock) {
  if (cache_ == nullptr) return;
  for (auto& kept : cache_->load(clock_.now())) {
    auto& known = known_[kept.domain];
    known.fetched = kept.fetched;
    known.expires = kept.expires();
    known.found.policy = std::move(kept.policy);
    known.found.id = kept.id;
  }
}

StsPolicies::Known& StsPolicies::entry(std::string const& domain) {
  if (known_.size() >= known_limit && !known_.contains(domain)) make_room();
  return known_[domain];
}

// Domains without a policy go first: whoever makes us look at many of them must not make us forget a policy
// that is in force.
void StsPolicies::make_room() {
  auto const now = clock_.now();
  std::erase_if(known_,
                [now](auto const& each) { return !each.second.found.policy || each.second.expires < now; });
  if (known_.size() >= known_limit) known_.erase(known_.begin());
}

// The search for one domain that is under way: those who wait for it go on however it ends.
class StsPolicies::Search {
 public:
  Search(std::shared_ptr<Running> running, std::string domain)
      : running_(std::move(running)), domain_(std::move(domain)) {
    running_->try_emplace(domain_);
  }
  ~Search() {
    auto const waiters = std::move((*running_)[domain_]);
    running_->erase(domain_);
    for (auto const& waiter : waiters) waiter->wake();
  }
  Search(Search const&) = delete;
  Search& operator=(Search const&) = delete;

 private:
  std::shared_ptr<Running> running_;
  std::string domain_;
};

net::Task<StsFound> StsPolicies::find(std::string domain, net::StopToken stop) {
  if (!settings_.enabled) co_return StsFound{};
  auto const now = clock_.now();
  if (entry(domain).look_again <= now) {
    auto const running = running_->find(domain);
    if (running != running_->end()) {
      auto const search_done = std::make_shared<net::Waiter>();
      running->second.push_back(search_done);
      co_await search_done->wait(stop);
    } else {
      Search const search(running_, domain);
      co_await refresh(domain, stop);
    }
  }
  co_return found_now(domain);
}

StsFound StsPolicies::found_now(std::string const& domain) {
  auto& known = entry(domain);
  auto const now = clock_.now();
  if (known.expires < now) known.found.policy.reset();
  auto found = known.found;
  if (found.policy || (known.looked_up && !known.failed)) return found;
  found.look_up = policy::StsLookUp::failed;
  found.look_up_problem = "whether " + domain + " has a policy is unknown";
  if (!known.failed) return found;  // the search has been ended before there was an answer
  auto& failed = *known.failed;
  found.look_up_problem += failed.bogus ? ", since the DNS gave a bogus answer: " : ", the look-up failed: ";
  found.look_up_problem += failed.problem;
  // While a policy was in force, no mail has waited for an answer.
  if (failed.bogus || now - std::max(failed.first, known.expires) < look_up_patience) return found;
  found.look_up = policy::StsLookUp::failed_for_long;
  if (!std::exchange(failed.told, true))
    log_.write(LogEvent(Severity::warning, "mta-sts")
                   .add("domain", domain)
                   .add("failure", "look-up")
                   .add("reason", failed.problem)
                   .add("since", print_iso8601(failed.first))
                   .add("instead", "no policy"));
  return found;
}

void StsPolicies::note_failure(std::string const& domain, net::DnsAnswer const& answer, Instant now) {
  auto& known = entry(domain);
  known.look_again = now + look_again_after_failure;
  bool const is_first = !known.failed || now - known.failed->last > failures_forgotten_after;
  if (is_first) known.failed = FailedLookUps{.first = now};
  known.failed->last = now;
  known.failed->bogus = answer.bogus;
  known.failed->problem = answer.problem;
}

// The DNS has said whether there is a policy.
void StsPolicies::note_answer(Known& known, Instant now) {
  known.look_again = now + look_again_after;
  known.looked_up = true;
  known.failed.reset();
}

net::Task<void> StsPolicies::refresh(std::string domain, net::StopToken stop) {
  auto const answer = co_await net::ask(dns_, "_mta-sts." + domain, wire::DnsType::txt, stop);
  if (stop.stopped()) co_return;  // that says nothing about the domain
  auto const now = clock_.now();
  switch (answer.state()) {
    case net::DnsState::bogus:
    case net::DnsState::failed:  // neither that there is a policy nor that there is none is known
      note_failure(domain, answer, now);
      co_return;
    case net::DnsState::secure:
    case net::DnsState::insecure:
    case net::DnsState::absent_secure:
    case net::DnsState::absent_insecure: break;
  }
  auto& known = entry(domain);
  bool const have = known.found.policy && known.expires > now;
  auto const records = wire::parse_txts(answer.records);
  auto const id = wire::parse_sts_record(records);
  bool const aging = now - known.fetched > (known.expires - known.fetched) / 2;
  bool const holds = have && id && known.found.id == *id && !aging;
  if (!id || holds) {  // RFC 8461 section 3.3: what is cached holds until it expires
    if (!have) known.found = {};
    note_answer(known, now);
    co_return;
  }
  co_await fetch(domain, *id, stop);
}

net::Task<void> StsPolicies::fetch(std::string domain, std::string id, net::StopToken stop) {
  std::string const host = "mta-sts." + domain;
  auto const addresses = co_await net::find_addresses(dns_, host, stop);
  if (stop.stopped()) co_return;
  Fetched fetched{{}, StsFailure::fetch_error, addresses.problem};
  if (addresses.status == net::DnsStatus::found) {
    net::HttpsRequest request;
    request.url = "https://" + host + "/.well-known/mta-sts.txt";
    request.host = host;
    request.addresses = addresses.addresses;
    request.port = settings_.port;
    request.ca_file = settings_.ca_file;
    request.limit = wire::sts_policy_limit;
    request.timeout = settings_.timeout;
    auto const given_up = std::make_shared<std::atomic<bool>>(false);
    request.given_up = given_up;
    auto call = [request] { return fetch_policy(request); };
    auto answer = co_await workers_.run(std::move(call), stop);
    if (!answer) {
      *given_up = true;
      co_return;
    }
    fetched = std::move(*answer);
  }
  auto const now = clock_.now();
  auto& known = entry(domain);
  note_answer(known, now);
  known.found.failure = fetched.failure;
  known.found.problem = fetched.problem;
  LogEvent event(fetched.policy ? Severity::info : Severity::warning, "mta-sts");
  event.add("domain", domain).add("id", id);
  if (!fetched.policy) {
    bool const cached = known.found.policy && known.expires > now;
    log_.write(event.add("failure", print(fetched.failure))
                   .add("reason", fetched.problem)
                   .add("instead", cached ? "the policy in the cache" : "no policy"));
    co_return;
  }
  log_.write(event.add("mode", print(fetched.policy->mode)).add("max_age", fetched.policy->max_age.count()));
  known.found.policy = std::move(fetched.policy);
  known.found.id = id;
  known.fetched = now;
  known.expires = now + known.found.policy->max_age;
  if (cache_ == nullptr) co_return;
  store::StsEntry const kept{domain, id, now, *known.found.policy};
  auto keep = [cache = cache_, kept] {
    cache->keep(kept);
    return true;
  };
  co_await workers_.run(std::move(keep), stop);
}

}  // namespace postern::delivery

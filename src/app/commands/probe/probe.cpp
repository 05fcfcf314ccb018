#include "app/commands/probe/probe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <future>

#include "app/server/log_output.hpp"
#include "app/server/system_random.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/key_directory.hpp"
#include "base/domain.hpp"
#include "base/log.hpp"
#include "net/connector.hpp"
#include "net/spawn.hpp"
#include "net/wall_clock.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::seconds wait_limit{30};
constexpr std::chrono::seconds patience{2};  // of who looks on, before he is told why nothing happens
constexpr std::array versions{net::TlsVersion::v1_3, net::TlsVersion::v1_2, net::TlsVersion::v1_1,
                              net::TlsVersion::v1_0};

class Prober {
 public:
  Prober(Settings const& settings, std::unique_ptr<net::Dns> dns, delivery::DeliveryConfig const& config)
      : settings_(settings), dns_(std::move(dns)), tls_(config.smtp->tls), config_(config) {
    sts_.configure(config.sts);
    loop_.start();
  }
  ~Prober() { loop_.stop(); }

  Probe run(std::string const& domain) {
    probe_.domain = domain;
    std::promise<void> done;
    net::spawn(loop_, look(), *log_, counters_, "probe", [&done] { done.set_value(); });
    auto const ended = done.get_future();
    if (ended.wait_for(patience) != std::future_status::ready)
      std::fprintf(stderr, "postern: looking at %s; each wait ends after half a minute\n", domain.c_str());
    ended.wait();
    return std::move(probe_);
  }

 private:
  net::Task<void> look() {
    co_await look_for_tlsrpt();
    auto const keys = keys_of_domain();
    for (auto const& own : keys) co_await look_for(own);
    delivery::MxRoute route;
    route.domain = probe_.domain;
    auto const candidates = co_await hosts_.candidates(route, settings_.live.send.port, {});
    probe_.refusal = candidates->refusal;
    probe_.null_mx = probe_.refusal && probe_.refusal->code == 556;
    probe_.secure = candidates->secure;
    probe_.sts = candidates->sts;
    if (!probe_.sts.look_up_problem.empty()) probe_.sts.problem = probe_.sts.look_up_problem;
    for (std::size_t i = 0; i < candidates->hosts.size(); ++i) {
      auto found = co_await hosts_.resolve_host(candidates, i);
      co_await look_at(candidates->hosts[i], std::move(found));
    }
  }

  net::Task<void> look_for_tlsrpt() {
    auto const answer = co_await net::ask(*dns_, "_smtp._tls." + probe_.domain, wire::DnsType::txt);
    if (answer.status == net::DnsStatus::failed) probe_.tlsrpt_problem = answer.problem;
    auto const records = wire::parse_txts(answer.records);
    probe_.tlsrpt = wire::parse_tlsrpt_record(records).value_or(std::vector<std::string>{});
  }

  std::vector<auth::OwnKey> keys_of_domain() const {
    if (settings_.live.dkim_keys.empty()) return {};
    auto keys = read_keys(settings_.key_directory()).keys;
    std::erase_if(keys, [&](auth::OwnKey const& own) { return own.name.domain != probe_.domain; });
    return keys;
  }

  net::Task<void> look_for(auth::OwnKey own) {
    auto const answer = co_await net::ask(*dns_, own.name.record_name(), wire::DnsType::txt);
    auto const records = wire::parse_txts(answer.records);
    bool const fits = std::any_of(records.begin(), records.end(), [&](std::string const& record) {
      return auth::publishes(record, *own.key);
    });
    ProbedKey key{.name = own.name, .problem = answer.problem};
    if (answer.status != net::DnsStatus::failed)
      key.outcome = records.empty() ? KeyInDns::missing : KeyInDns::other;
    if (fits) key.outcome = KeyInDns::fits;
    probe_.keys.push_back(std::move(key));
  }

  net::Task<void> look_at(net::MailHost mail_host, delivery::FoundHost found) {
    ProbedHost host;
    host.mail_host = mail_host;
    host.inputs = found.inputs;
    host.problem = found.problem;
    host.usable = found.plan.has_value();
    host.plan = found.plan ? std::string(print(found.plan->applied)) : found.plan.error().why;
    host.sts_listed = probe_.sts.policy ? probe_.sts.policy->lists(mail_host.name) : true;
    for (auto const& endpoint : found.endpoints) {
      auto address = co_await look_at_address(endpoint, host.inputs);
      host.addresses.push_back(std::move(address));
    }
    probe_.hosts.push_back(std::move(host));
  }

  net::ClientTlsPlan plan_for(policy::HostInputs const& inputs) const {
    net::ClientTlsPlan plan;
    bool const dane = inputs.tlsa_state == policy::TlsaState::usable;
    plan.proof = dane ? net::Proof::dane : net::Proof::none;
    plan.names = dane ? inputs.tlsa_names : std::vector<std::string>{inputs.host};
    plan.tlsa = inputs.tlsa;
    return plan;
  }

  net::Task<ProbedAddress> look_at_address(net::Endpoint endpoint, policy::HostInputs inputs) {
    ProbedAddress address;
    address.endpoint = endpoint;
    auto session = co_await converse(endpoint, plan_for(inputs), &address.problem);
    if (!session) co_return address;
    auto const& dialogue = session->dialogue();
    auto const& tls = session->tls();
    address.tls = tls.info;
    address.proof = tls.proof;
    address.offers_starttls = tls.info || !tls.failure.empty() || dialogue.starttls_refused();
    if (!tls.info) address.tls_problem = tls.failure;
    if (dialogue.starttls_refused()) address.tls_problem = "STARTTLS is offered, and refused";
    address.extensions = dialogue.peer();
    if (dialogue.problem() && tls.failure.empty()) address.greeting_problem = dialogue.problem()->one_line();
    co_await session->close();
    if (!address.offers_starttls) co_return address;
    for (auto version : versions) {
      auto plan = plan_for(inputs);
      plan.proof = net::Proof::none;
      plan.only = version;
      std::string ignored;
      auto one = co_await converse(endpoint, std::move(plan), &ignored);
      if (!one) continue;
      if (one->tls().info) address.versions.push_back(one->tls().info->version);
      co_await one->close();
    }
    co_return address;
  }

  // None: no connection.
  net::Task<std::unique_ptr<session::ClientSession>> converse(net::Endpoint endpoint, net::ClientTlsPlan plan,
                                                              std::string* problem) {
    session::ClientTimeouts timeouts{wait_limit, wait_limit, wait_limit, wait_limit, wait_limit};
    auto connected = co_await net::connect(endpoint, wait_limit);
    if (!connected) {
      *problem = connected.error().print();
      co_return nullptr;
    }
    dialogue::ClientSettings client;
    client.hostname = settings_.live.hostname;
    auto session = std::make_unique<session::ClientSession>(loop_, std::move(*connected), std::move(client),
                                                            tls_, std::move(plan), timeouts);
    co_await session->open();
    co_return session;
  }

  Settings const& settings_;
  Counters counters_;
  std::unique_ptr<Log> log_ = make_log(Severity::error, LogFormat::logfmt, counters_);
  SystemRandom random_;
  net::EventLoop loop_{"probe"};
  std::unique_ptr<net::Dns> dns_;
  std::shared_ptr<net::TlsClient const> tls_;
  delivery::DeliveryConfig const& config_;
  net::WorkerPool workers_{1};
  net::WallClock clock_;
  delivery::StsPolicies sts_{*dns_, workers_, nullptr, *log_, clock_};
  delivery::HostFinder hosts_{*dns_, sts_, random_};
  Probe probe_;
};

}  // namespace

Result<Probe, std::string> probe_domain(Settings const& settings, std::string const& domain) {
  auto const name = Domain::parse(domain);
  if (!name) return fail(domain + ": not a domain name");
  auto const built = check_config(settings);
  if (!built.errors.empty()) return fail(built.errors.front());
  auto dns = net::Dns::make(settings.start.dns);
  if (!dns) return fail(dns.error());
  return Prober(settings, std::move(*dns), *built.delivery).run(name->a_label());
}

}  // namespace postern::app

// What sessions use, without the world: a DNS and a spool that answer when the test says so, facts in a file
// of the test's own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "session/gate_config.hpp"
#include "session/services.hpp"
#include "support/example_policy.hpp"
#include "support/fake_dns.hpp"
#include "support/test_loop.hpp"
#include "support/workplace.hpp"

namespace postern::tests {

// Keeps what it is told to call, until the test calls it.
class WaitingSpool : public store::Spool {
 public:
  MessageId next_id() override { return {++last_id_}; }
  void add_chunk(MessageId, std::string, Done done) override { waiting.push_back(std::move(done)); }
  void accept(MessageId, std::string, wire::Envelope const&, Done done) override {
    waiting.push_back(std::move(done));
  }
  Result<std::optional<std::string>, store::SpoolError> read_incoming(MessageId, std::size_t) const override {
    return std::nullopt;
  }
  void abandon(MessageId) override {}
  void settle(MessageId, std::vector<wire::Settlement>) override {}
  void hold(MessageId, bool, Done done) override { done(fail(store::SpoolError::missing)); }
  void remove(MessageId, Done done) override { done(fail(store::SpoolError::missing)); }
  void move(MessageId, std::string, Done done) override { done(fail(store::SpoolError::missing)); }
  std::optional<wire::Envelope> envelope(MessageId) const override { return std::nullopt; }
  std::optional<wire::Envelope> envelope_for(MessageId, std::vector<std::uint32_t> const&) const override {
    return std::nullopt;
  }
  std::vector<MessageId> list(MessageId, std::size_t) const override { return {}; }
  Result<std::optional<std::string>, store::SpoolError> read_chunk(MessageId, std::size_t) const override {
    return std::nullopt;
  }
  store::SpoolSummary summary() const override { return {}; }
  void on_accepted(OnAccepted) override {}

  std::vector<Done> waiting;

 private:
  std::uint64_t last_id_ = 0;
};

class FakeServices {
 public:
  FakeServices()
      : evidence(*store::Evidence::open({.file = place.path("facts.db")}, place.log, place.counters)) {}

  session::Services services() {
    return {spool,          *evidence, client_names, admission, memory,
            connection_ids, workers,   dns_searches, place.log, place.counters};
  }
  static std::shared_ptr<session::GateConfig> config() {
    auto made = std::make_shared<session::GateConfig>(session::GateConfig{
        .smtp = {}, .policy = example_policy(), .timeouts = {}, .tls = {}, .passwords = {}});
    made->smtp.hostname = "mx.example.org";
    return made;
  }

  Workplace place;
  FakeDns dns;
  WaitingSpool spool;
  std::unique_ptr<store::Evidence> evidence;
  net::ClientNames client_names{dns, place.counters};
  session::Admission admission{session::AdmissionLimits{}};
  Guarded<session::Memory> memory;
  IdSource connection_ids;
  net::FairWorkers workers{1, {}};
  session::DnsSearches dns_searches{dns};
};

}  // namespace postern::tests

// The gate and the replay are two ways to the same decide(): over the same conversations they say the same.
// Drawn conversations are judged as the gate does, live and with its memory; what is recorded of them is
// replayed.
#include <gtest/gtest.h>

#include "policy/decide.hpp"
#include "policy/host_identity.hpp"
#include "policy/rules.hpp"
#include "support/example_policy.hpp"
#include "support/whatif.hpp"
#include "whatif/readers/own_facts.hpp"

namespace postern::tests {
namespace {

using policy::ClientCertificate;
using policy::Effect;
using policy::Facts;
using policy::RecipientClass;
using policy::Stage;
using policy::TlsState;

class Draw {
 public:
  std::size_t below(std::size_t limit) { return (random_.next() >> 20) % limit; }
  template <class T, std::size_t n>
  T one_of(std::array<T, n> const& all) {
    return all[below(n)];
  }

 private:
  SteadyRandom random_;
};

void draw_tls(Draw& draw, policy::TlsFacts& tls) {
  if (draw.below(10) == 0) {
    tls.state = TlsState::failed;
    tls.failure = "no shared cipher";
  } else if (draw.below(10) < 7) {
    tls.state = TlsState::established;
    tls.version = draw.one_of(std::array{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"});
    tls.client_certificate =
        draw.one_of(std::array{ClientCertificate::none, ClientCertificate::self_signed,
                               ClientCertificate::untrusted, ClientCertificate::trusted});
  }
}

Facts draw_conversation(Draw& draw, Instant at) {
  Facts facts;
  auto& connection = facts.connection;
  auto const host = draw.below(12);
  connection.client = *IpAddress::parse("198.51.100." + std::to_string(1 + host));
  if (host % 3 != 0) connection.verified_name = "mx.host" + std::to_string(host) + ".example";
  connection.identity = policy::host_identity(connection.verified_name, connection.client);
  connection.helo = draw.one_of(std::array{"mx.far.example", "friend"});
  connection.started = at;
  connection.ended = at + std::chrono::seconds(1);
  draw_tls(draw, connection.tls);
  facts.transaction.started = at;
  auto const sender = draw.below(3);
  if (sender > 0)
    facts.transaction.mail.reverse_path = address(sender == 1 ? "a@bank.example" : "b@x.example");
  for (auto left = 1 + draw.below(3); left > 0; --left) {
    auto const* recipient =
        draw.one_of(std::array{"alice@example.org", "carol@any.example", "postmaster@example.org"});
    auto const standing = std::string_view(recipient).starts_with("postmaster") ? RecipientClass::postmaster
                                                                                : RecipientClass::mailbox;
    facts.transaction.recipients.push_back({address(recipient), {}, {}, standing, true, 250, {}});
  }
  return facts;
}

// As the gate asks: at each stage in turn, with one recipient after the other; one that is refused is not
// taken.
bool gate_refuses(policy::Policy const& policy, Facts facts, policy::DeferredMail& deferred) {
  auto const recipients = std::exchange(facts.transaction.recipients, {});
  for (auto const stage : {Stage::connect, Stage::helo, Stage::mail}) {
    facts.stage = stage;
    if (policy::decide(policy, facts).refuses()) return true;
  }
  facts.stage = Stage::rcpt;
  bool refused = false;
  for (auto const& recipient : recipients) {
    facts.transaction.recipients.push_back(recipient);
    facts.transaction.recipients.back().deferred_since = deferred.since(facts);
    auto const verdict = policy::decide(policy, facts);
    deferred.note(facts, verdict);
    facts.transaction.recipients.back().accepted = !verdict.refuses();
    refused = refused || verdict.refuses();
  }
  if (refused) return true;
  facts.stage = Stage::content;
  return policy::decide(policy, facts).refuses();
}

// What became of the message when it really came has no say in what a rule would have done.
void draw_outcome(Draw& draw, Facts& facts) {
  facts.transaction.outcome = draw.one_of(std::array{policy::Outcome::accepted, policy::Outcome::accepted,
                                                     policy::Outcome::refused, policy::Outcome::deferred});
  for (auto& recipient : facts.transaction.recipients)
    recipient.accepted = facts.transaction.outcome == policy::Outcome::accepted;
}

policy::Policy owners_policy() {
  auto const rule = [](std::string name, std::string when, Effect then, std::uint16_t code) {
    policy::Rule made;
    made.name = std::move(name);
    made.when = std::move(when);
    made.then = then;
    made.reply = {code, {static_cast<std::uint8_t>(code / 100), 7, 1}, "No"};
    made.rollout = policy::Rule::everybody;
    return made;
  };
  auto policy = example_policy();
  policy.rules =
      policy::RuleSet::compile({rule("friends", "client.helo == \"friend\"", Effect::accept, 250),
                                rule("bank", "sender.domain == \"bank.example\"", Effect::reject, 550),
                                rule("host", "client.domain == \"host4.example\"", Effect::defer, 450)},
                               {})
          .value();
  return policy;
}

std::vector<Rule> all_rules() {
  std::vector<Rule> rules;
  for (auto const* text : {"require-tls", "require-tls>=1.2", "require-tls>=1.3",
                           "require-client-certificate", "require-trusted-client-certificate", "remembered",
                           "require-tls for any.example", "require-tls>=1.3 from bank.example"})
    rules.push_back(parse_rule(text).value());
  auto const owners = owners_policy();
  for (std::size_t i = 1; i < owners.rules->rules().size(); ++i) rules.push_back(owner_rule(owners, i));
  return rules;
}

TEST(GateAndReplay, SayTheSameOfEveryConversation) {
  auto const rules = all_rules();
  std::vector<policy::DeferredMail> deferred(rules.size());
  policy::TlsMemory memory(Replay::most_remembered);
  std::vector<std::vector<bool>> live, replayed;
  Replay replay(rules, {});
  replay.on_message([&](Reception const&, std::vector<Judgement> const& judgements) {
    std::vector<bool> lost;
    for (auto const judgement : judgements) {
      EXPECT_NE(judgement, Judgement::unknown) << "the facts tell everything";
      lost.push_back(judgement == Judgement::lost);
    }
    replayed.push_back(std::move(lost));
  });
  Draw draw;
  for (int i = 0; i < 4000; ++i) {
    auto facts = draw_conversation(draw, reference + std::chrono::minutes(7 * i));
    auto& connection = facts.connection;
    recall_client(memory, connection);
    recall_host(memory, connection);
    std::vector<bool> refused;
    for (std::size_t rule = 0; rule < rules.size(); ++rule)
      refused.push_back(gate_refuses(rules[rule].policy, facts, deferred[rule]));
    live.push_back(std::move(refused));
    if (!facts.over_tls()) remember_clear(memory, connection, facts.transaction.started);
    if (connection.tls.state != TlsState::none) remember(memory, connection);
    draw_outcome(draw, facts);
    replay.take(reception_of(facts, false).value());
    replay.take(session_of(connection));
  }
  ASSERT_EQ(replayed.size(), live.size());
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    std::size_t lost = 0;
    for (std::size_t i = 0; i < live.size(); ++i) {
      ASSERT_EQ(replayed[i][rule], live[i][rule]) << rules[rule].name << ", conversation " << i;
      if (live[i][rule]) ++lost;
    }
    EXPECT_GT(lost, 20U) << rules[rule].name << " would prove nothing";
    EXPECT_LT(lost, live.size() - 20) << rules[rule].name << " would prove nothing";
  }
}

}  // namespace
}  // namespace postern::tests

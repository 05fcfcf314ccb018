#include "policy/tls_memory.hpp"

#include <gtest/gtest.h>

#include "policy/decide.hpp"
#include "policy/deferred_mail.hpp"
#include "policy/expects_tls.hpp"
#include "policy/starttls_offer.hpp"
#include "support/example_policy.hpp"

namespace postern::policy {
namespace {

using std::chrono::hours;
using tests::address;
using tests::example_policy;

Instant at(int hour) { return Instant(hours(24 * 20'000 + hour)); }

ConnectionFacts connection_from(std::string_view client, std::string name = {}) {
  ConnectionFacts connection;
  connection.client = *IpAddress::parse(client);
  connection.verified_name = std::move(name);
  return connection;
}

void come_over_tls(TlsMemory& memory, ConnectionFacts connection, Instant when) {
  connection.tls.state = TlsState::established;
  connection.tls.version = "TLSv1.3";
  connection.ended = when;
  remember(memory, connection);
}

void fail_at_tls(TlsMemory& memory, ConnectionFacts connection, Instant when) {
  connection.tls.state = TlsState::failed;
  connection.tls.failure = "no shared cipher";
  connection.ended = when;
  remember(memory, connection);
}

Policy remembering() {
  auto policy = example_policy();
  policy.tls = TlsRequirement::remembered;
  return policy;
}

// Mail in the clear, as the gate judges it.
Verdict bring(TlsMemory& memory, DeferredMail& deferred, Policy const& policy, ConnectionFacts connection,
              Instant when, std::string_view sender = "a@far.example",
              std::string_view recipient = "alice@example.org") {
  Facts facts;
  facts.connection = std::move(connection);
  facts.connection.started = when;
  recall_client(memory, facts.connection);
  recall_host(memory, facts.connection);
  facts.transaction.started = when;
  facts.transaction.mail.reverse_path = address(sender);
  facts.transaction.recipients.push_back({.address = address(recipient)});
  facts.transaction.recipients.back().standing = policy.directory.standing(address(recipient));
  facts.transaction.recipients.back().deferred_since = deferred.since(facts);
  facts.stage = Stage::rcpt;
  auto const verdict = decide(policy, facts);
  deferred.note(facts, verdict);
  remember_clear(memory, facts.connection, when);
  return verdict;
}

TEST(TlsMemory, WithholdsStartTlsFromWhoKeepsFailing) {
  auto const policy = example_policy();
  TlsMemory memory;
  auto const offered = [&](Instant now) {
    auto connection = connection_from("203.0.113.5");
    recall_client(memory, connection);
    return starttls_offer(policy, connection, now) == StarttlsOffer::made;
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(offered(from_micros(i)));
    fail_at_tls(memory, connection_from("203.0.113.5"), from_micros(i));
  }
  EXPECT_FALSE(offered(from_micros(4)));
  EXPECT_TRUE(offered(from_micros(2) + policy.fallback.clear_for));
  come_over_tls(memory, connection_from("203.0.113.5"), from_micros(4));
  EXPECT_TRUE(offered(from_micros(5)));
  auto const* host = memory.find(MemoryKind::host, "203.0.113.0/24");
  ASSERT_NE(host, nullptr);
  EXPECT_EQ(host->failure, "no shared cipher");
  EXPECT_EQ(host->failures, 3U);
}

TEST(TlsMemory, KnowsWhetherAClientHasUsedTlsAndWhetherItDistrustsUs) {
  TlsMemory memory;
  auto failed = connection_from("203.0.113.5");
  failed.tls.state = TlsState::failed;
  failed.tls.distrusts_us = true;
  failed.ended = at(1);
  remember(memory, failed);
  fail_at_tls(memory, connection_from("203.0.113.5"), at(2));
  auto connection = connection_from("203.0.113.5");
  recall_client(memory, connection);
  EXPECT_EQ(connection.remembered.failed_handshakes, 2U);
  EXPECT_TRUE(connection.remembered.distrusts_us) << "one of them tells that it speaks TLS";
  EXPECT_FALSE(connection.remembered.last_tls);
  come_over_tls(memory, connection_from("203.0.113.5"), at(3));
  recall_client(memory, connection);
  EXPECT_EQ(connection.remembered.failed_handshakes, 0U);
  EXPECT_FALSE(connection.remembered.distrusts_us);
  EXPECT_EQ(connection.remembered.last_tls, at(3));
  auto neighbour = connection_from("203.0.113.6");
  recall_client(memory, neighbour);
  EXPECT_FALSE(neighbour.remembered.last_tls) << "it goes by the address";
}

TEST(TlsMemory, LearnsNothingOfMailHostsFromOurOwnUsers) {
  TlsMemory memory;
  auto device = connection_from("203.0.113.5");
  device.role = ListenerRole::submission;
  for (int hour = 0; hour < 5; ++hour) fail_at_tls(memory, device, at(hour));
  come_over_tls(memory, device, at(6));
  EXPECT_EQ(memory.find(MemoryKind::client, "203.0.113.5"), nullptr);
  EXPECT_EQ(memory.find(MemoryKind::host, "203.0.113.0/24"), nullptr);
}

TEST(TlsMemory, TakesASlash64ForOneClient) {
  TlsMemory memory;
  fail_at_tls(memory, connection_from("2001:db8:1:2::1"), at(1));
  fail_at_tls(memory, connection_from("2001:db8:1:2::2"), at(2));
  ASSERT_NE(memory.find(MemoryKind::client, "2001:db8:1:2::/64"), nullptr);
  EXPECT_EQ(memory.size(MemoryKind::client), 1U);
  auto neighbour = connection_from("2001:db8:1:2::3");
  recall_client(memory, neighbour);
  EXPECT_EQ(neighbour.remembered.failed_handshakes, 2U);
}

TEST(TlsMemory, IsBoundedAndForgetsTheLongestUnseen) {
  TlsMemory memory(2);
  for (auto const* client : {"192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"})
    fail_at_tls(memory, connection_from(client), at(1));
  EXPECT_EQ(memory.size(MemoryKind::client), 2U);
  EXPECT_EQ(memory.find(MemoryKind::client, "192.0.2.1")->failures, 2U);
  EXPECT_EQ(memory.find(MemoryKind::client, "192.0.2.2"), nullptr);
  EXPECT_EQ(memory.size(MemoryKind::host), 1U);
}

TEST(TlsMemory, MergingTwiceChangesNothing) {
  MemoryEntry a, b;
  a.name = b.name = "example.org";
  a.sessions = 5, b.sessions = 3;
  a.first_tls = at(10), b.first_tls = at(5);
  a.last_tls = at(20), b.last_tls = at(12);
  a.last_seen = at(20), b.last_seen = at(12);
  a.versions = 8, b.versions = 4;
  auto const once = merge(a, b);
  EXPECT_EQ(once.sessions, 5U);
  EXPECT_EQ(once.first_tls, at(5));
  EXPECT_EQ(once.last_tls, at(20));
  EXPECT_EQ(once.print_versions(), "1.2, 1.3");
  EXPECT_FALSE(once.distrusts_us);
  auto const twice = merge(once, b);
  EXPECT_EQ(twice.sessions, once.sessions);
  EXPECT_EQ(twice.first_tls, once.first_tls);
}

TEST(TlsMemory, SendersAreRaisedOnlyByMailWhoseSpfPassed) {
  TlsMemory memory;
  auto connection = connection_from("203.0.113.5");
  connection.tls.state = TlsState::established;
  TransactionFacts transaction;
  transaction.mail.reverse_path = address("a@bank.example");
  transaction.started = at(1);
  for (auto const spf : {Spf::none, Spf::fail, Spf::softfail, Spf::neutral, Spf::not_asked}) {
    transaction.spf = spf;
    EXPECT_TRUE(remember_sender(memory, connection, transaction).empty());
  }
  transaction.spf = Spf::pass;
  EXPECT_EQ(remember_sender(memory, connection, transaction).size(), 1U);
  EXPECT_EQ(memory.find(MemoryKind::sender, "bank.example")->sessions, 1U);
}

TEST(Remembered, DefersOnlyWhoHasShownTlsOftenAndLongEnough) {
  auto const policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const host = connection_from("203.0.113.5", "mail.far.example");
  EXPECT_FALSE(bring(memory, deferred, policy, host, at(0)).refuses());
  come_over_tls(memory, host, at(1));
  come_over_tls(memory, host, at(2));
  come_over_tls(memory, host, at(3));
  EXPECT_FALSE(bring(memory, deferred, policy, host, at(4)).refuses()) << "three times, but not for a day";
  come_over_tls(memory, host, at(30));
  auto const verdict = bring(memory, deferred, policy, host, at(31));
  EXPECT_EQ(verdict.effect, Effect::defer);
  EXPECT_EQ(verdict.reply.one_line(), "450 4.7.10 TLS required: this host used STARTTLS before");
  EXPECT_FALSE(bring(memory, deferred, policy, connection_from("198.51.100.9"), at(31)).refuses());
  auto const other = connection_from("198.51.100.77", "mx2.far.example");
  EXPECT_TRUE(bring(memory, deferred, policy, other, at(31)).refuses()) << "the same registrable domain";
}

TEST(Remembered, ExemptsPostmaster) {
  auto const policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const host = connection_from("203.0.113.5");
  for (int i : {0, 10, 30}) come_over_tls(memory, host, at(i));
  EXPECT_FALSE(
      bring(memory, deferred, policy, host, at(31), "a@far.example", "postmaster@example.org").refuses());
}

TEST(Remembered, TakesAndFlagsWhatKeepsComingInTheClear) {
  auto policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const host = connection_from("203.0.113.5");
  for (int i : {0, 10, 30}) come_over_tls(memory, host, at(i));
  EXPECT_TRUE(bring(memory, deferred, policy, host, at(40)).refuses());
  EXPECT_TRUE(bring(memory, deferred, policy, host, at(63)).refuses());
  auto const taken = bring(memory, deferred, policy, host, at(64));
  EXPECT_FALSE(taken.refuses());
  ASSERT_EQ(taken.marks.size(), 1U);
  EXPECT_EQ(taken.marks[0].flag.substr(0, 11), "tls.require");
  policy.memory.then = Effect::reject;
  EXPECT_EQ(bring(memory, deferred, policy, host, at(65)).reply.code, 550);
}

TEST(Remembered, NoMailWaitsLongerThanTheGracePeriodWhateverItsHostSends) {
  auto const policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const clear = connection_from("203.0.113.5", "old.far.example");  // never TLS
  auto const good = connection_from("203.0.113.6", "new.far.example");   // always
  for (int i : {0, 10, 30}) come_over_tls(memory, good, at(i));
  bool taken = false;
  for (int hour = 40; hour < 64 && !taken; hour += 4) {
    EXPECT_TRUE(bring(memory, deferred, policy, clear, at(hour)).refuses());
    come_over_tls(memory, good, at(hour + 1));  // forgives the identity, not this mail's waiting
  }
  EXPECT_FALSE(bring(memory, deferred, policy, clear, at(64)).refuses());
}

TEST(Remembered, PlaintextAfterAFailedHandshakeIsTaken) {
  auto const policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const host = connection_from("203.0.113.5");
  for (int i : {0, 10, 30}) come_over_tls(memory, host, at(i));
  fail_at_tls(memory, host, at(40));
  EXPECT_FALSE(bring(memory, deferred, policy, host, at(40)).refuses());
  EXPECT_TRUE(bring(memory, deferred, policy, host, at(50)).refuses())
      << "an hour later that excuses nothing";
}

TEST(Remembered, ForgetsAfterNinetyDays) {
  auto const policy = remembering();
  TlsMemory memory;
  DeferredMail deferred;
  auto const host = connection_from("203.0.113.5");
  for (int i : {0, 10, 30}) come_over_tls(memory, host, at(i));
  EXPECT_TRUE(bring(memory, deferred, policy, host, at(30 + 24 * 89)).refuses());
  DeferredMail fresh;
  TlsMemory again;
  for (int i : {0, 10, 30}) come_over_tls(again, host, at(i));
  EXPECT_FALSE(bring(again, fresh, policy, host, at(31 + 24 * 90)).refuses());
}

TEST(Pins, WantTheCertificateThatIsKnown) {
  auto policy = example_policy();
  policy.pins["bank.example"].fingerprints = {std::string(64, 'a')};
  policy.pins["gov.example"].names = {"mail.gov.example"};
  Facts facts;
  facts.stage = Stage::rcpt;
  facts.connection.client = *IpAddress::parse("203.0.113.5");
  facts.transaction.mail.reverse_path = address("a@bank.example");
  facts.transaction.recipients.push_back(
      {.address = address("alice@example.org"), .standing = RecipientClass::mailbox});
  EXPECT_EQ(print(decide(policy, facts).decided_by), "builtin:tls.pins");
  facts.connection.tls.state = TlsState::established;
  facts.connection.tls.spki_sha256 = std::string(64, 'a');
  EXPECT_FALSE(decide(policy, facts).refuses());
  facts.transaction.mail.reverse_path = address("a@gov.example");
  facts.connection.tls.certificate_names = {"mail.gov.example"};
  EXPECT_TRUE(decide(policy, facts).refuses()) << "anybody can write a name into a certificate";
  facts.connection.tls.client_certificate = ClientCertificate::trusted;
  EXPECT_FALSE(decide(policy, facts).refuses());
}

TEST(Pins, LearnTheKeyThatHasBeenShownForLong) {
  auto policy = example_policy();
  policy.pins["bank.example"].learn_after = hours(24 * 14);
  TlsMemory memory;
  auto connection = connection_from("203.0.113.5");
  connection.tls.state = TlsState::established;
  connection.tls.spki_sha256 = std::string(64, 'a');
  TransactionFacts transaction;
  transaction.mail.reverse_path = address("a@bank.example");
  transaction.spf = Spf::pass;
  transaction.started = at(0);
  remember_sender(memory, connection, transaction);
  auto const refuses = [&](int hour, char key) {
    Facts facts;
    facts.stage = Stage::rcpt;
    facts.connection = connection;
    facts.connection.tls.spki_sha256 = std::string(64, key);
    facts.transaction = transaction;
    facts.transaction.started = at(hour);
    recall_sender(memory, policy, facts.transaction);
    facts.transaction.recipients.push_back(
        {.address = address("alice@example.org"), .standing = RecipientClass::mailbox});
    return decide(policy, facts).refuses();
  };
  EXPECT_FALSE(refuses(24 * 13, 'b')) << "still learning";
  EXPECT_TRUE(refuses(24 * 15, 'b'));
  EXPECT_FALSE(refuses(24 * 15, 'a'));
}

}  // namespace
}  // namespace postern::policy

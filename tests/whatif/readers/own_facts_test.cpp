// Postern's own facts as receptions.
#include "whatif/readers/own_facts.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"
#include "support/whatif.hpp"

namespace postern::tests {
namespace {

policy::Facts facts_for(std::initializer_list<std::string_view> recipients) {
  policy::Facts facts;
  facts.connection.client = *IpAddress::parse("198.51.100.7");
  facts.connection.tls.state = policy::TlsState::established;
  facts.connection.tls.version = "TLSv1.2";
  facts.connection.tls.client_certificate = policy::ClientCertificate::none;
  facts.transaction.started = reference;
  facts.transaction.mail.reverse_path = address("a@x.example");
  facts.transaction.outcome = policy::Outcome::accepted;
  for (auto const recipient : recipients)
    facts.transaction.recipients.push_back(
        {address(recipient), {}, {}, policy::RecipientClass::mailbox, true, 250, {}});
  return facts;
}

TEST(OwnFacts, NothingAboutTlsIsUnknown) {
  auto facts = facts_for({"alice@example.org"});
  auto const over_tls = reception_of(facts, false);
  ASSERT_TRUE(over_tls);
  EXPECT_EQ(over_tls->tls.used, Tristate::yes);
  EXPECT_EQ(over_tls->tls.version, "TLSv1.2");
  EXPECT_EQ(over_tls->tls.certificate, policy::ClientCertificate::none);
  EXPECT_EQ(over_tls->sender, "a@x.example");
  EXPECT_EQ(over_tls->origin, Origin::outside);
  EXPECT_EQ(reception_of(facts, true)->origin, Origin::authenticated);
  facts.connection.tls = {};
  facts.connection.tls.state = policy::TlsState::failed;
  auto const failed = reception_of(facts, false);
  EXPECT_EQ(failed->tls.used, Tristate::no);
  EXPECT_EQ(failed->tls.failure, "handshake failed");
}

TEST(OwnFacts, MailOfUsersDidNotComeFromOutside) {
  auto of_user = facts_for({"alice@example.org"});
  of_user.connection.login = "alice";
  EXPECT_EQ(reception_of(of_user, false)->origin, Origin::authenticated)
      << "also to one of our own mailboxes";
  auto at_submission = facts_for({"alice@example.org"});
  at_submission.connection.role = policy::ListenerRole::submission;
  EXPECT_EQ(reception_of(at_submission, false)->origin, Origin::authenticated);
  at_submission.transaction.outcome = policy::Outcome::refused;
  EXPECT_FALSE(reception_of(at_submission, false)) << "nobody had logged in";
}

TEST(OwnFacts, ATransactionThatWasGivenUpIsNoReceptionUnlessEachRecipientWasRefused) {
  auto facts = facts_for({"alice@example.org", "bob@example.org"});
  facts.transaction.outcome = policy::Outcome::aborted;
  EXPECT_FALSE(reception_of(facts, false));
  for (auto& recipient : facts.transaction.recipients) {
    recipient.accepted = false;
    recipient.code = 550;
  }
  EXPECT_EQ(reception_of(facts, false)->outcome, policy::Outcome::refused);
  facts.transaction.recipients.front().code = 450;
  EXPECT_EQ(reception_of(facts, false)->outcome, policy::Outcome::deferred);
  facts.transaction.recipients.clear();
  EXPECT_FALSE(reception_of(facts, false));
}

TEST(OwnFacts, ASessionTellsOfItsEnd) {
  auto facts = facts_for({});
  facts.connection.ended = reference + std::chrono::minutes(1);
  auto const session = session_of(facts.connection);
  EXPECT_FALSE(session.is_message());
  EXPECT_EQ(session.at, facts.connection.ended);
  EXPECT_EQ(session.tls.used, Tristate::yes);
}

}  // namespace
}  // namespace postern::tests

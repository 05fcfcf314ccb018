#include "session/server_session.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "net/wall_clock.hpp"
#include "support/fake_services.hpp"

namespace postern::session {
namespace {

net::Task<void> converse(std::shared_ptr<Session> session) { co_await session->converse(); }

// A client on a socket pair; the DNS and the spool answer when the test says so.
class ServerSessions : public testing::Test {
 protected:
  ServerSessions() {
    config_->policy.checks_spf = false;
    config_->timeouts.name = std::chrono::hours(1);
    session_ = std::make_shared<ServerSession>(test_.loop, std::move(client_.near),
                                               net::Endpoint{*IpAddress::parse("198.51.100.1"), 25025},
                                               listener_, config_, fakes_.services());
  }
  void begin() {
    test_.spawn(converse(session_), &ended_);
    test_.settle();
  }
  std::string exchange(std::string_view lines) {
    client_.say(lines);
    test_.settle();
    return client_.hear();
  }
  // All deadlines that have been set by now pass in one tick.
  void pass_all_deadlines() {
    test_.loop.deadlines().expire_late(std::chrono::steady_clock::now() + std::chrono::hours(24));
  }
  void wait_for_name() {
    begin();
    EXPECT_EQ(client_.hear().substr(0, 4), "220 ");
    EXPECT_EQ(exchange("EHLO client.example\r\n").substr(0, 3), "250");
    EXPECT_EQ(exchange("MAIL FROM:<s@far.example>\r\n"), "") << "it waits for the client's name";
    EXPECT_FALSE(ended_);
    EXPECT_EQ(fakes_.dns.questions.size(), 1U);
  }

  tests::FakeServices fakes_;
  ListenerConfig listener_;
  std::shared_ptr<GateConfig> config_ = tests::FakeServices::config();
  tests::TestLoop test_;
  tests::SocketPair client_{test_.loop};
  std::shared_ptr<Session> session_;
  bool ended_ = false;
};

TEST_F(ServerSessions, GoOnWhenTheNameHasCome) {
  wait_for_name();
  fakes_.dns.answer(net::DnsStatus::no_such_name);
  test_.settle();
  EXPECT_EQ(client_.hear().substr(0, 3), "250");
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, EndAtOnceWhenCutWhileNobodyAnswersForAName) {
  wait_for_name();
  session_->cut();
  EXPECT_FALSE(ended_) << "nothing is resumed in the middle of cut()";
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(client_.hear().substr(0, 4), "421 ");
  EXPECT_TRUE(client_.closed());
  session_.reset();
  fakes_.dns.answer(net::DnsStatus::no_such_name);  // later than everybody who asked
  test_.settle();
}

TEST_F(ServerSessions, EndAtOnceWhenCutBeforeTheyBeginToWait) {
  session_->cut();
  begin();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, EndAtOnceWhenCutWhileIdle) {
  begin();
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_NE(client_.hear().find("421 "), std::string::npos);
}

TEST_F(ServerSessions, GoByAReloadFromTheNextTransactionOn) {
  CurrentConfig current(config_);
  tests::SocketPair client(test_.loop);
  session_ = std::make_shared<ServerSession>(test_.loop, std::move(client.near),
                                             net::Endpoint{*IpAddress::parse("198.51.100.1"), 25025},
                                             listener_, current, fakes_.services());
  auto const say = [&](std::string_view lines) {
    client.say(lines);
    test_.settle();
    return client.hear();
  };
  begin();
  client.hear();
  EXPECT_EQ(say("HELO client.example\r\n"), "250 mx.example.org\r\n");
  client.say("MAIL FROM:<s@far.example>\r\n");
  test_.settle();
  fakes_.dns.answer(net::DnsStatus::no_such_name);
  test_.settle();
  EXPECT_EQ(client.hear().substr(0, 3), "250");
  auto changed = tests::FakeServices::config();
  changed->smtp.hostname = "new.example.org";
  changed->policy.checks_spf = false;
  changed->policy.tls = policy::TlsRequirement::always;
  current.set(changed);
  changed.reset();
  EXPECT_EQ(say("RCPT TO:<alice@example.org>\r\n").substr(0, 3), "250") << "it goes on as it began";
  say("RSET\r\n");
  EXPECT_EQ(say("MAIL FROM:<s@far.example>\r\n").substr(0, 3), "250");
  EXPECT_EQ(say("RCPT TO:<alice@example.org>\r\n").substr(0, 3), "530");
  say("RSET\r\n");
  EXPECT_EQ(say("HELO client.example\r\n"), "250 new.example.org\r\n");
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, MayBeCutTwice) {
  wait_for_name();
  session_->cut();
  session_->cut();
  test_.settle();
  session_->cut();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, GoOnWhenTheNameAndTheNextCommandAreLateInOneTick) {
  wait_for_name();
  pass_all_deadlines();
  EXPECT_EQ(client_.hear(), "") << "nothing is resumed in the middle of a tick";
  test_.settle();
  EXPECT_EQ(client_.hear().substr(0, 3), "250") << "MAIL is answered without the name";
  EXPECT_FALSE(ended_);
  EXPECT_EQ(exchange("QUIT\r\n").substr(0, 3), "221");
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions,
       GoOnWhenTheSameTwoAreLateInTheOtherOrder) {  // the deadline of the PROXY header came first
  listener_.proxies = {*Network::parse("198.51.100.0/24")};
  begin();
  EXPECT_EQ(client_.hear(), "");
  EXPECT_EQ(exchange("PROXY TCP4 203.0.113.9 192.0.2.1 4000 25\r\n").substr(0, 4), "220 ");
  EXPECT_EQ(exchange("EHLO client.example\r\n").substr(0, 3), "250");
  EXPECT_EQ(exchange("MAIL FROM:<s@far.example>\r\n"), "") << "it waits for the client's name";
  ASSERT_EQ(fakes_.dns.questions.size(), 1U);
  pass_all_deadlines();
  EXPECT_EQ(client_.hear(), "");
  test_.settle();
  EXPECT_EQ(client_.hear().substr(0, 3), "250");
  EXPECT_FALSE(ended_);
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, EndWhenBothAreLateAndTheClientHasGone) {
  wait_for_name();
  client_.hang_up();
  pass_all_deadlines();
  EXPECT_FALSE(ended_) << "nothing is resumed in the middle of a tick";
  test_.settle();
  EXPECT_TRUE(ended_);
  session_.reset();
  fakes_.dns.answer(net::DnsStatus::no_such_name);  // later than everybody who asked
  test_.settle();
}

TEST_F(ServerSessions, EndWhenBothAreLateWhileTheyWaitForACommand) {
  begin();
  client_.hear();
  pass_all_deadlines();
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(client_.hear().substr(0, 4), "421 ");
}

TEST_F(ServerSessions, EndWhenTheyAreCutBeforeBothAreLate) {
  wait_for_name();
  session_->cut();
  pass_all_deadlines();
  EXPECT_FALSE(ended_);
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, EndWhenTheyAreCutAfterBothAreLate) {
  wait_for_name();
  pass_all_deadlines();
  session_->cut();
  EXPECT_FALSE(ended_);
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ServerSessions, WaitForTheSpoolWhatever) {
  wait_for_name();
  fakes_.dns.answer(net::DnsStatus::no_such_name);
  test_.settle();
  client_.hear();
  EXPECT_EQ(exchange("RCPT TO:<alice@example.org>\r\n").substr(0, 3), "250");
  EXPECT_EQ(exchange("DATA\r\n").substr(0, 3), "354");
  EXPECT_EQ(exchange("Subject: x\r\n\r\nx\r\n.\r\n"), "");
  ASSERT_EQ(fakes_.spool.waiting.size(), 1U);
  session_->cut();
  test_.settle();
  EXPECT_FALSE(ended_) << "the promise depends on the answer";
  fakes_.spool.waiting.front()({});
  test_.settle();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(client_.hear().substr(0, 4), "250 ") << "what was accepted is acknowledged";
}

class DmarcSessions : public ServerSessions {
 protected:
  // A message of bank.example without a signature, up to the question for its policy.
  void bring_message() {
    config_->policy.checks_spf = true;
    config_->policy.dmarc.enforce = policy::Enforce::on;
    begin();
    exchange("EHLO client.example\r\n");
    exchange("MAIL FROM:<s@far.example>\r\n");
    ASSERT_EQ(fakes_.dns.questions.size(), 2U) << "the client's name, and the sender's SPF";
    for (int i = 0; i < 2; ++i) {
      fakes_.dns.answer(net::DnsStatus::no_such_name);
      test_.settle();
    }
    client_.hear();
    EXPECT_EQ(exchange("RCPT TO:<alice@example.org>\r\n").substr(0, 3), "250");
    EXPECT_EQ(exchange("DATA\r\n").substr(0, 3), "354");
    EXPECT_EQ(exchange("From: a@bank.example\r\n\r\nx\r\n.\r\n"), "") << "it waits for the policy";
    ASSERT_EQ(fakes_.dns.questions.size(), 1U);
    EXPECT_EQ(fakes_.dns.questions[0].name, "_dmarc.bank.example");
  }
  void end() {
    session_->cut();
    test_.settle();
    EXPECT_TRUE(ended_);
  }
};

TEST_F(DmarcSessions, RefuseWhatTheAuthorsDomainWantsRefused) {
  ASSERT_NO_FATAL_FAILURE(bring_message());
  fakes_.dns.answer(net::DnsStatus::found, {"\x12v=DMARC1; p=reject"});
  test_.settle();
  EXPECT_EQ(client_.hear().substr(0, 11), "550 5.7.26 ");
  EXPECT_EQ(fakes_.place.counters.get(Count::dmarc_refused), 1U);
  EXPECT_TRUE(fakes_.spool.waiting.empty());
  end();
}

TEST_F(DmarcSessions, AcceptWhatTheDnsDoesNotAnswerAbout) {
  ASSERT_NO_FATAL_FAILURE(bring_message());
  pass_all_deadlines();
  test_.settle();
  ASSERT_EQ(fakes_.spool.waiting.size(), 1U) << "it is stored";
  fakes_.spool.waiting.front()({});
  test_.settle();
  EXPECT_EQ(client_.hear().substr(0, 4), "250 ");
  end();
}

TEST_F(DmarcSessions, EndAtOnceWhenCutWhileThePolicyIsLookedUp) {
  ASSERT_NO_FATAL_FAILURE(bring_message());
  end();
  EXPECT_EQ(client_.hear().substr(0, 4), "421 ");
  session_.reset();
  fakes_.dns.answer(net::DnsStatus::no_such_name);  // later than everybody who asked
  test_.settle();
}

TEST_F(ServerSessions, AreRefusedToWhoeverHasGuessedTooManyRecipientsLately) {
  auto const now = net::wall_clock();
  for (int i = 0; i < 300; ++i)
    fakes_.admission.recipient_guessed(*IpAddress::parse("198.51.100.1"), GuessedBy::sender, now);
  begin();
  EXPECT_TRUE(ended_);
  EXPECT_EQ(client_.hear().substr(0, 10), "421 4.7.0 ");
}

TEST_F(ServerSessions, CountTheRecipientsThatAreGuessed) {
  wait_for_name();
  fakes_.dns.answer(net::DnsStatus::no_such_name);
  test_.settle();
  client_.hear();
  std::string guesses;
  for (int i = 0; i < 60; ++i) guesses += "RCPT TO:<u" + std::to_string(i) + "@example.org>\r\n";
  auto const heard = exchange(guesses);
  EXPECT_NE(heard.find("421 4.7.0"), std::string::npos);
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(client_.closed());
}

}  // namespace
}  // namespace postern::session

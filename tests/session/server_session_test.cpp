#include "session/server_session.hpp"

#include <gtest/gtest.h>

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

TEST_F(ServerSessions, MayBeCutTwice) {
  wait_for_name();
  session_->cut();
  session_->cut();
  test_.settle();
  session_->cut();
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

}  // namespace
}  // namespace postern::session

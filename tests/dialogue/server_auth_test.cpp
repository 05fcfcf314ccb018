#include <gtest/gtest.h>

#include "support/conversation.hpp"

namespace postern::dialogue {
namespace {

tests::Stage submission() {
  tests::Stage stage;
  stage.connection.role = policy::ListenerRole::submission;
  stage.connection.listener_tls = policy::ListenerTls::starttls;
  return stage;
}

TEST(ServerAuth, IsOfferedAndTakenUnderTlsOnly) {  // RFC 4954 section 4
  auto const stage = tests::converse(R"(
    S: 220
    C: EHLO client.example
    S: 250-mx.example.org
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250-
    S: 250 LIMITS
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 538 5.7.11
    C: MAIL FROM:<me@example.org>
    S: 530 5.7.0
    C: STARTTLS
    S: 220
    T: ok
    C: HELO client.example
    S: 250
    C: MAIL FROM:<me@example.org>
    S: 530 5.7.0
    C: AUTH PLAIN AG1lAHdyb25n
    S: 535 5.7.8
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 235 2.7.0
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 503 5.5.1
    C: MAIL FROM:<me@example.org>
    S: 250
    C: RCPT TO:<x@elsewhere.example>
    S: 250
    C: QUIT
    S: 221)",
                                     submission());
  EXPECT_EQ(stage.ended.login, "me");
}

TEST(ServerAuth, AsksStepByStep) {
  auto const stage = tests::converse(R"(
    S: 220
    C: HELO client.example
    S: 250
    C: AUTH LOGIN
    S: 538
    C: QUIT
    S: 221)",
                                     submission());
  EXPECT_EQ(stage.ended.login, "");
  auto tls = submission();
  tls.connection.tls.state = policy::TlsState::established;
  EXPECT_EQ(tests::converse(R"(
    S: 220
    C: HELO client.example
    S: 250
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: *
    S: 501
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: not base64!
    S: 501
    C: AUTH FROB
    S: 504
    C: AUTH PLAIN
    S: 334
    C: MAIL FROM:<x@example.org>
    S: 501
    C: AUTH PLAIN Y2hpZWYAbWUAc2VjcmV0
    S: 535 5.7.8
    C: AUTH LOGIN bWU=
    S: 334 UGFzc3dvcmQ6
    C: c2VjcmV0
    S: 235
    C: QUIT
    S: 221)",
                            tls)
                .ended.login,
            "me");
}

TEST(ServerAuth, EndsAfterThreeWrongOnes) {
  auto tls = submission();
  tls.connection.tls.state = policy::TlsState::established;
  tests::converse(R"(
    S: 220
    C: HELO client.example
    S: 250
    C: AUTH PLAIN AG1lAHdyb25n
    S: 535
    C: AUTH PLAIN AG1lAHdyb25n
    S: 535
    C: AUTH PLAIN AG1lAHdyb25n
    S: 421 4.7.0)",
                  tls);
}

TEST(ServerAuth, LetsAUserSendAsHimselfOnly) {  // RFC 6409 section 6.1
  auto tls = submission();
  tls.connection.tls.state = policy::TlsState::established;
  tls.policy.senders = policy::Senders::own;
  auto const stage = tests::converse(R"(
    S: 220
    C: HELO client.example
    S: 250
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 235
    C: MAIL FROM:<ceo@example.org>
    S: 550 5.7.1 You are logged in as me
    C: MAIL FROM:<me@example.org>
    S: 250
    C: RCPT TO:<x@elsewhere.example>
    S: 250
    C: DATA
    S: 354
    X: From: CEO <ceo@example.org>\r\n\r\nhello\r\n.\r\n
    S: 550 5.7.1 You are logged in as me: From: ceo@example.org
    C: MAIL FROM:<me@example.org>
    S: 250
    C: RCPT TO:<x@elsewhere.example>
    S: 250
    C: DATA
    S: 354
    X: Subject: x\r\n\r\nFrom: me@example.org\r\n.\r\n
    S: 550 5.7.1 You are logged in as me: the message has no From field
    C: MAIL FROM:<me@example.org>
    S: 250
    C: RCPT TO:<x@elsewhere.example>
    S: 250
    C: DATA
    S: 354
    X: From: me@example.org\r\nResent-From: ceo@example.org\r\n\r\nhello\r\n.\r\n
    S: 550 5.7.1 You are logged in as me: Sender or Resent-From: ceo@example.org
    C: MAIL FROM:<me@example.org>
    S: 250
    C: RCPT TO:<x@elsewhere.example>
    S: 250
    C: DATA
    S: 354
    X: From: Me <me@example.org>\r\n\r\nhello\r\n.\r\n
    S: 250
    C: QUIT
    S: 221)",
                                     tls);
  EXPECT_EQ(stage.messages.size(), 1U);
  ASSERT_EQ(stage.transactions.size(), 5U);
  EXPECT_EQ(stage.transactions[1].decided_by.builtin, policy::Builtin::auth_senders);
}

TEST(ServerAuth, IsNotThereForOtherServers) {
  tests::Stage stage;
  stage.connection.tls.state = policy::TlsState::established;
  tests::converse(R"(
    S: 220
    C: HELO client.example
    S: 250
    C: AUTH PLAIN AG1lAHNlY3JldA==
    S: 502
    C: QUIT
    S: 221)",
                  stage);
}

}  // namespace
}  // namespace postern::dialogue

#include "dialogue/lmtp_dialogue.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::dialogue {
namespace {

using tests::address;
using wire::Reply;

LmtpMessage two_recipients() {
  return {address("s@far.example"),
          {address("a@example.org"), address("b@example.org")},
          42,
          wire::Body::eight_bit_mime,
          false};
}

TEST(LmtpDialogue, PipelinesTheEnvelope) {  // RFC 2033 section 4.2
  LmtpDialogue dialogue("mx.example.org", two_recipients());
  dialogue.on_reply({220, {}, "hi"});
  EXPECT_EQ(dialogue.take_output(), "LHLO mx.example.org\r\n");
  dialogue.on_reply({250, {}, "host\nPIPELINING\n8BITMIME\nSIZE 1000"});
  EXPECT_EQ(dialogue.take_output(),
            "MAIL FROM:<s@far.example> SIZE=42 BODY=8BITMIME\r\nRCPT TO:<a@example.org>\r\nRCPT "
            "TO:<b@example.org>\r\nDATA\r\n");
  dialogue.on_reply({250, {}, ""});
  dialogue.on_reply({550, {5, 1, 1}, "no a"});
  dialogue.on_reply({250, {}, ""});
  dialogue.on_reply({354, {}, ""});
  ASSERT_TRUE(dialogue.wants_content());
  dialogue.on_content_sent();
  dialogue.on_reply({250, {}, "b delivered"});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.take_output(), "QUIT\r\n");
  EXPECT_EQ(dialogue.replies()[0]->code, 550);
  EXPECT_EQ(dialogue.replies()[1]->code, 250);
}

TEST(LmtpDialogue, AsksOneByOneWithoutPipelining) {
  LmtpDialogue dialogue("mx", two_recipients());
  dialogue.on_reply({220, {}, ""});
  dialogue.take_output();
  dialogue.on_reply({250, {}, "host"});
  EXPECT_EQ(dialogue.take_output(), "MAIL FROM:<s@far.example>\r\n");
  dialogue.on_reply({250, {}, ""});
  EXPECT_EQ(dialogue.take_output(), "RCPT TO:<a@example.org>\r\n");
  dialogue.on_reply({250, {}, ""});
  EXPECT_EQ(dialogue.take_output(), "RCPT TO:<b@example.org>\r\n");
  dialogue.on_reply({452, {}, ""});
  EXPECT_EQ(dialogue.take_output(), "DATA\r\n");
  dialogue.on_reply({354, {}, ""});
  dialogue.on_content_sent();
  EXPECT_FALSE(dialogue.done());
  dialogue.on_reply({451, {}, "later"});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.replies()[0]->code, 451);
  EXPECT_EQ(dialogue.replies()[1]->code, 452);
}

TEST(LmtpDialogue, GivesARefusedSenderToAllRecipients) {
  for (bool const pipelining : {false, true}) {
    LmtpDialogue dialogue("mx", two_recipients());
    dialogue.on_reply({220, {}, ""});
    dialogue.on_reply({250, {}, pipelining ? "host\nPIPELINING" : "host"});
    dialogue.on_reply({452, {4, 3, 1}, "full"});
    if (pipelining) {
      for (int i = 0; i < 2; ++i) dialogue.on_reply({503, {}, "MAIL first"});
      dialogue.on_reply({503, {}, "no recipients"});
    }
    EXPECT_TRUE(dialogue.done());
    for (auto const& reply : dialogue.replies()) EXPECT_EQ(reply->code, 452);
  }
}

TEST(LmtpDialogue, SendsALoneDotWhenNobodyWasTakenAnd354CameAllTheSame) {
  LmtpDialogue dialogue("mx", two_recipients());
  dialogue.on_reply({220, {}, ""});
  dialogue.on_reply({250, {}, "host\nPIPELINING"});
  dialogue.take_output();
  dialogue.on_reply({250, {}, ""});
  dialogue.on_reply({550, {}, ""});
  dialogue.on_reply({550, {}, ""});
  dialogue.on_reply({354, {}, ""});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.take_output(), ".\r\nQUIT\r\n");
}

TEST(LmtpDialogue, TellsWhenTheServerTurnsEverybodyAway) {
  LmtpDialogue dialogue("mx", two_recipients());
  dialogue.on_reply({421, {4, 3, 2}, "down"});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.replies()[0]->code, 421);
}

TEST(LmtpDialogue, DoesNotSendUtf8AddressesToWhoDoesNotTakeThem) {
  auto message = two_recipients();
  message.recipients[0] = address("ü@example.org");
  LmtpDialogue dialogue("mx", message);
  dialogue.on_reply({220, {}, ""});
  dialogue.on_reply({250, {}, "host"});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.replies()[0]->status, (wire::EnhancedStatus{5, 6, 7}));
}

}  // namespace
}  // namespace postern::dialogue

// One session, followed by what was said in it.
#include "whatif/readers/smtp_transcript.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

class TranscriptTest : public testing::Test {
 protected:
  // "C: EHLO x", "S: 250 OK"
  void say(std::initializer_list<std::string> lines) {
    for (auto const& line : lines)
      if (line.starts_with("C: "))
        session.command(reference, line.substr(3));
      else
        session.reply(line.substr(3), out);
  }
  void end() { session.end(reference, out); }
  SmtpTranscript session;
  Collected out;
};

TEST_F(TranscriptTest, SeveralMessagesOfOneSessionAreTakenApart) {
  session.is_whole = true;
  for (std::string const sender : {"a@x.example", "", "c@x.example"})
    say({"C: MAIL FROM:<" + sender + ">", "S: 250 OK", "C: RCPT TO:<b@our.example>", "S: 250 OK", "C: DATA",
         "S: 354 go", "S: 250 OK"});
  end();
  auto const messages = out.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[1].sender, "");
  EXPECT_TRUE(messages[1].has_sender);
  EXPECT_EQ(messages[2].sender, "c@x.example");
  EXPECT_EQ(messages[2].recipients.size(), 1U);
  EXPECT_EQ(out.sessions().size(), 1U);
}

TEST_F(TranscriptTest, PipelinedCommandsAreAnsweredInTheirOrder) {
  session.is_whole = true;
  say({"C: MAIL FROM:<a@x.example>", "C: RCPT TO:<no@our.example>", "C: RCPT TO:<yes@our.example>", "C: DATA",
       "S: 250 OK", "S: 550 unknown", "S: 250 OK", "S: 354 go", "S: 250 OK"});
  end();
  ASSERT_EQ(out.messages().size(), 1U);
  EXPECT_EQ(out.messages()[0].recipients, std::vector<std::string>{"yes@our.example"});
  EXPECT_TRUE(out.refused().empty());
}

TEST_F(TranscriptTest, ARepeatedCommandThatIsOutOfPlaceChangesNothing) {
  session.is_whole = true;
  say({"C: MAIL FROM:<a@x.example>", "S: 250 OK", "C: MAIL FROM:<other@y.example>", "S: 503 already",
       "C: RCPT TO:<b@our.example>", "S: 250 OK", "C: DATA", "S: 354 go", "S: 250 OK", "C: DATA",
       "S: 503 no sender", "C: RCPT TO:<b@our.example>", "S: 503 no sender"});
  end();
  ASSERT_EQ(out.messages().size(), 1U);
  EXPECT_EQ(out.messages()[0].sender, "a@x.example");
  EXPECT_TRUE(out.refused().empty());
}

TEST_F(TranscriptTest, ATransactionIsRefusedOnce) {
  session.is_whole = true;
  say({"C: MAIL FROM:<a@x.example>",
       "S: 250 OK",
       "C: RCPT TO:<b@our.example>",
       "S: 450 later",
       "C: RCPT TO:<b@our.example>",
       "S: 550 no",
       "C: RCPT TO:<c@our.example>",
       "S: 550 no",
       "C: RSET",
       "S: 250 OK",
       "C: MAIL FROM:<d@x.example>",
       "S: 530 Must issue STARTTLS first.",
       "C: MAIL FROM:<e@x.example>",
       "S: 530 Authentication required",
       "C: MAIL FROM:<f@x.example>",
       "S: 250 OK",
       "C: RCPT TO:<b@our.example>",
       "S: 250 OK",
       "C: DATA",
       "S: 354 go",
       "S: 554 spam",
       "C: QUIT",
       "S: 221 bye"});
  end();
  auto const refused = out.refused();
  ASSERT_EQ(refused.size(), 4U);
  EXPECT_EQ(refused[0].outcome, policy::Outcome::deferred);
  EXPECT_EQ(refused[0].recipients.size(), 3U);
  EXPECT_TRUE(refused[1].for_want_of_tls);
  EXPECT_FALSE(refused[2].for_want_of_tls);
  EXPECT_EQ(refused[3].code, 554);
  EXPECT_TRUE(out.messages().empty());
}

TEST_F(TranscriptTest, RsetAndAClientThatGoesAwayLeaveNothing) {
  session.is_whole = true;
  say({"C: MAIL FROM:<a@x.example>", "S: 250 OK", "C: RCPT TO:<b@our.example>", "S: 250 OK", "C: RSET",
       "S: 250 OK", "C: MAIL FROM:<a@x.example>", "S: 250 OK", "C: RCPT TO:<b@our.example>", "S: 250 OK",
       "C: DATA", "S: 354 go", "S: 421 Connection timeout."});
  end();
  EXPECT_TRUE(out.messages().empty());
  EXPECT_TRUE(out.refused().empty());
}

TEST_F(TranscriptTest, OnlyALogInThatSucceedsMakesASubmission) {
  session.is_whole = true;
  say({"C: AUTH LOGIN",
       "S: 334 VXNlcm5hbWU6",
       "C: MAIL FROM:<secret@x.example>",
       "S: 334 UGFzc3dvcmQ6",
       "C: DATA",
       "S: 535 no",
       "C: MAIL FROM:<a@x.example>",
       "S: 250 OK",
       "C: RCPT TO:<b@our.example>",
       "S: 250 OK",
       "C: DATA",
       "S: 354 go",
       "S: 250 OK",
       "C: AUTH PLAIN AGEAYg==",
       "S: 235 yes",
       "C: MAIL FROM:<a@x.example>",
       "S: 250 OK",
       "C: RCPT TO:<b@our.example>",
       "S: 250 OK",
       "C: DATA",
       "S: 354 go",
       "S: 250 OK"});
  end();
  ASSERT_EQ(out.messages().size(), 2U);
  EXPECT_EQ(out.messages()[0].origin, Origin::outside);
  EXPECT_EQ(out.messages()[1].origin, Origin::authenticated);
  EXPECT_TRUE(out.refused().empty());
}

TEST_F(TranscriptTest, TlsIsKnownByTheOfferAndByWhatFollowsStarttls) {
  session.is_whole = true;
  say({"C: EHLO x", "S: 250-mx Hello x", "S: 250-STARTTLS", "S: 250 OK"});
  EXPECT_EQ(session.facts.tls.used, Tristate::no);
  say({"C: STARTTLS", "S: 454 not now", "C: NOOP", "S: 250 OK"});
  EXPECT_EQ(session.facts.tls.used, Tristate::no);
  say({"C: STARTTLS", "C: MAIL FROM:<injected@x.example>", "S: 220 go"});
  EXPECT_TRUE(session.awaits_tls());
  say({"C: EHLO x", "S: 250 mx", "C: STARTTLS", "S: 503 no"});
  EXPECT_EQ(session.facts.tls.used, Tristate::yes);
}

TEST_F(TranscriptTest, ASessionThatEndsInTheHandshakeIsUnknown) {
  session.is_whole = true;
  say({"C: EHLO x", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go"});
  end();
  ASSERT_EQ(out.sessions().size(), 1U);
  EXPECT_EQ(out.sessions()[0].tls.used, Tristate::unknown);
}

TEST_F(TranscriptTest, AGreetingCannotOfferStarttls) {
  say({"C: EHLO STARTTLS", "S: 250-STARTTLS", "S: 250 OK"});
  EXPECT_EQ(session.facts.tls.used, Tristate::unknown);
}

TEST_F(TranscriptTest, ASessionWhoseBeginningIsNotInTheLogGivesWhatItHas) {
  say({"S: 250 OK", "C: RCPT TO:<b@our.example>", "S: 250 OK", "C: DATA", "S: 354 go", "S: 250 OK"});
  end();
  ASSERT_EQ(out.messages().size(), 1U);
  EXPECT_FALSE(out.messages()[0].has_sender);
  EXPECT_EQ(out.messages()[0].tls.used, Tristate::unknown);
}

TEST_F(TranscriptTest, ChunksAreOneMessage) {
  session.is_whole = true;
  say({"C: MAIL FROM:<a@x.example>", "S: 250 OK", "C: RCPT TO:<b@our.example>", "S: 250 OK", "C: BDAT 10",
       "S: 250 OK", "C: BDAT 10 LAST", "S: 250 OK"});
  EXPECT_EQ(out.messages().size(), 1U);
}

TEST_F(TranscriptTest, ACommandWithoutAReplyDoesNotMakeTheLaterOnesWrong) {
  session.is_whole = true;
  say({"C: EHLO x", "S: 250 STARTTLS", "C: XWORD", "C: STARTTLS", "S: 220 go", "C: EHLO x", "S: 250 mx"});
  EXPECT_EQ(session.facts.tls.used, Tristate::yes);
}

}  // namespace
}  // namespace postern::tests

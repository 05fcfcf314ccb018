// What content filters say in a mail server's log.
#include "whatif/readers/content_verdicts.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"
#include "whatif/readers/filter_line.hpp"

namespace postern::tests {
namespace {

std::optional<FilterVerdict> verdict_in(std::string_view program, std::string_view text) {
  LogLine line;
  line.program = program;
  line.text = text;
  return filter_verdict(line);
}

TEST(FilterLine, OfSpamAssassin) {
  auto const spam = verdict_in("spamd",
                               "spamd: result: Y 15 - BAYES_99,HTML_MESSAGE scantime=1.2,size=2000,"
                               "user=x,uid=5,required_score=5.0,rhost=::1,raddr=::1,rport=1,"
                               "mid=<a@b.example>,bayes=1.0,autolearn=spam");
  ASSERT_TRUE(spam);
  EXPECT_EQ(spam->wanted, Wanted::unwanted);
  EXPECT_EQ(spam->message_id, "a@b.example");
  auto const ham = verdict_in("spamd", "result: . -2 - ALL_TRUSTED scantime=1.2,mid=<c@d.example>");
  ASSERT_TRUE(ham);
  EXPECT_EQ(ham->wanted, Wanted::wanted);
  EXPECT_FALSE(verdict_in("spamd", "spamd: identified spam (15.1/5.0) for x:5 in 1.2 seconds, 2000 bytes."));
}

TEST(FilterLine, OfAmavis) {
  auto const clean = verdict_in(
      "amavis",
      "(04243-05) Passed CLEAN {RelayedInbound}, [192.0.2.1]:1234 [192.0.2.1] <a@b.example> -> "
      "<c@d.example>, Queue-ID: 9F2A1C0, Message-ID: <m@b.example>, mail_id: x-Y_z, Hits: -1.9, size: "
      "99, queued_as: 0B123AA, 600 ms");
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->wanted, Wanted::wanted);
  EXPECT_EQ(clean->queue_id, "9F2A1C0");
  EXPECT_EQ(clean->queued_as, "0B123AA");
  EXPECT_EQ(clean->message_id, "m@b.example");
  for (auto const* category : {"Blocked SPAM {DiscardedInbound}", "Passed SPAMMY {RelayedTaggedInbound}",
                               "Blocked INFECTED (Eicar-Test)", "Blocked BANNED (.exe)"}) {
    auto const unwanted = verdict_in("amavis", "(1-1) " + std::string(category) + ", <> -> <c@d.example>");
    ASSERT_TRUE(unwanted) << category;
    EXPECT_EQ(unwanted->wanted, Wanted::unwanted) << category;
  }
  EXPECT_FALSE(verdict_in("amavis", "(1-1) Passed UNCHECKED {RelayedInbound}, <> -> <c@d.example>"));
  EXPECT_FALSE(verdict_in("amavis", "starting. /usr/sbin/amavisd-new at mx"));
}

TEST(FilterLine, OfRspamd) {
  auto const line = [](std::string const& action) {
    return "(rspamd_proxy) <51a6f2>; proxy; rspamd_task_write_log: id: <m@b.example>, qid: <9F2A1C0>, ip: "
           "192.0.2.1, from: <a@b.example>, (default: F (" +
           action + "): [1.0/15.00] [X(1.00){}]), len: 9";
  };
  auto const text = line("no action");
  auto const wanted = verdict_in("rspamd", text);
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->wanted, Wanted::wanted);
  EXPECT_EQ(wanted->queue_id, "9F2A1C0");
  EXPECT_EQ(wanted->message_id, "m@b.example");
  for (auto const* action : {"reject", "add header", "rewrite subject"})
    EXPECT_EQ(verdict_in("rspamd", line(action))->wanted, Wanted::unwanted) << action;
  for (auto const* action : {"greylist", "soft reject"}) EXPECT_FALSE(verdict_in("rspamd", line(action)));
}

// The sender's own text comes before rspamd's, in the Message-ID and in the address.
TEST(FilterLine, OfRspamdIsNotTheSendersChoice) {
  EXPECT_EQ(
      verdict_in("rspamd",
                 "<51a6f2>; task; rspamd_task_write_log: id: <m@b.example>, qid: <9F2A1C0>, ip: 192.0.2.1, "
                 "from: <\"x>, (default: F (no action): \"@b.example>, (default: T (reject): [20.0/15.00] "
                 "[]), len: 9")
          ->wanted,
      Wanted::unwanted);
}

Instant verdict_time(int minutes) { return reference + std::chrono::minutes(minutes); }

TEST(ContentVerdicts, AreFoundByQueueIdThenByMessageId) {
  ContentVerdicts verdicts;
  auto const queue = ContentVerdicts::queue_key("AAAAA1");
  auto const message = ContentVerdicts::message_key("a@b.example");
  EXPECT_EQ(verdicts.of(verdict_time(0), queue, message), Wanted::unknown);
  verdicts.tell(verdict_time(0), message, Wanted::wanted);
  EXPECT_EQ(verdicts.of(verdict_time(1), queue, message), Wanted::wanted);
  verdicts.tell(verdict_time(0), queue, Wanted::unwanted);
  EXPECT_EQ(verdicts.of(verdict_time(1), queue, message), Wanted::unwanted);
  EXPECT_EQ(verdicts.of(verdict_time(1), ContentVerdicts::no_key, ContentVerdicts::no_key), Wanted::unknown);
}

TEST(ContentVerdicts, HoldForAnHourSinceQueueIdsComeAgain) {
  ContentVerdicts verdicts;
  auto const key = ContentVerdicts::queue_key("AAAAA1");
  verdicts.tell(verdict_time(0), key, Wanted::unwanted);
  EXPECT_EQ(verdicts.of(verdict_time(60), key, ContentVerdicts::no_key), Wanted::unwanted);
  EXPECT_EQ(verdicts.of(verdict_time(61), key, ContentVerdicts::no_key), Wanted::unknown);
  verdicts.tell(verdict_time(100), key, Wanted::wanted);
  EXPECT_EQ(verdicts.of(verdict_time(101), key, ContentVerdicts::no_key), Wanted::wanted);
}

TEST(ContentVerdicts, ThatDifferAboutOneMessageAreNone) {
  ContentVerdicts verdicts;
  auto const key = ContentVerdicts::message_key("a@b.example");
  verdicts.tell(verdict_time(0), key, Wanted::unwanted);
  verdicts.tell(verdict_time(1), key, Wanted::wanted);
  EXPECT_EQ(verdicts.of(verdict_time(1), ContentVerdicts::no_key, key), Wanted::unknown);
}

TEST(ContentVerdicts, AreBounded) {
  ContentVerdicts verdicts;
  for (std::size_t i = 0; i <= ContentVerdicts::most_kept; ++i)
    verdicts.tell(verdict_time(0), ContentVerdicts::queue_key(std::to_string(i)), Wanted::wanted);
  EXPECT_EQ(verdicts.of(verdict_time(0), ContentVerdicts::queue_key("0"), ContentVerdicts::no_key),
            Wanted::unknown);
  EXPECT_EQ(verdicts.of(verdict_time(0), ContentVerdicts::queue_key("1"), ContentVerdicts::no_key),
            Wanted::wanted);
}

}  // namespace
}  // namespace postern::tests

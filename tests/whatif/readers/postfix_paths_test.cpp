// The ways on which mail comes to a Postfix: fronts, filters, services, and what is no message at all.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string mail_log(std::initializer_list<std::string_view> lines) {
  std::string out;
  for (auto const line : lines) out += "Nov 23 14:47:32 mx " + std::string(line) + "\n";
  return out;
}

Collected read_postfix(std::string const& text) { return read_text(text, Format::system_log); }

Answer answer_to(std::string const& text) { return replay_all(read_postfix(text).all); }

std::string_view constexpr tls_words = ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)";

TEST(PostfixPaths, WhatAFrontHandsOnByXclientIsItsClientsAndUnknown) {
  for (std::string const counters :
       {" ehlo=1 xclient=1 mail=1 rcpt=1 data=1 quit=1 commands=6",
        " ehlo=2 starttls=1 xclient=1 mail=1 rcpt=1 data=1 quit=1 commands=7", ""}) {
    auto const read = read_postfix(
        mail_log({"postfix/smtpd[1]: connect from front.internal[172.20.0.5]",
                  "postfix/smtpd[1]: Anonymous TLS connection established from front.internal[172.20.0.5]: "
                  "TLSv1.3 "
                  "with cipher C (256/256 bits)",
                  "postfix/smtpd[1]: AAAAA1: client=mail.example[192.0.2.66]",
                  "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)"}) +
        mail_log({"postfix/smtpd[1]: disconnect from mail.example[192.0.2.66]" + counters}));
    auto const answer = replay_all(read.all);
    EXPECT_EQ(answer.messages, 1U) << counters;
    EXPECT_EQ(answer.unknown, 1U) << counters;
    EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.66");
    ASSERT_EQ(read.stats.notes.size(), 1U);
    EXPECT_NE(read.stats.notes[0].find("XCLIENT"), std::string::npos);
  }
}

TEST(PostfixPaths, EachMessageOfAFrontHasTheClientThatWasNamedLast) {
  auto const read = read_postfix(mail_log(
      {"postfix/smtpd[1]: connect from front.internal[172.20.0.5]",
       "postfix/smtpd[1]: AAAAA1: client=a.example[192.0.2.1]",
       "postfix/qmgr[2]: AAAAA1: from=<a@a.example>, size=6, nrcpt=1 (queue active)",
       "postfix/smtpd[1]: AAAAA2: client=b.example[192.0.2.2]",
       "postfix/qmgr[2]: AAAAA2: from=<b@b.example>, size=6, nrcpt=1 (queue active)",
       "postfix/smtpd[1]: disconnect from b.example[192.0.2.2] ehlo=1 xclient=2 mail=2 commands=9"}));
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.1");
  EXPECT_EQ(read.messages()[1].client.print(), "192.0.2.2");
}

TEST(PostfixPaths, WhatAFilterTakesBeforeTheQueueHasTheTlsOfTheCounters) {
  auto const text = [](std::string const& counters) {
    return mail_log({"postfix/smtpd[1]: connect from h.example[192.0.2.9]",
                     "postfix/smtpd[1]: NOQUEUE: client=h.example[192.0.2.9]",
                     "postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.5.0 OK (2C2); from=<a@b.example> "
                     "to=<c@d.example> proto=ESMTP helo=<h>"}) +
           mail_log({"postfix/smtpd[1]: disconnect from h.example[192.0.2.9]" + counters});
  };
  EXPECT_EQ(answer_to(text(" ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")).over_tls, 1U);
  EXPECT_EQ(answer_to(text(" ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5")).in_the_clear, 1U);
  EXPECT_EQ(answer_to(text("")).unknown, 1U);
}

TEST(PostfixPaths, WhatAFilterElsewherePutsBackIsNotReceivedAgain) {
  for (auto const* peer : {"filter.internal[172.19.0.6]", "filter.example[198.51.100.9]"})
    for (auto const* said :
         {", orig_queue_id=AAAAA1, orig_client=h[192.0.2.9]", ", orig_client=h[192.0.2.9]"}) {
      auto const read = read_postfix(
          mail_log({"postfix/10025/smtpd[1]: connect from " + std::string(peer),
                    "postfix/10025/smtpd[1]: AAAAA2: client=" + std::string(peer) + said,
                    "postfix/qmgr[2]: AAAAA2: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
                    "postfix/10025/smtpd[1]: disconnect from " + std::string(peer) +
                        " ehlo=1 xforward=1 mail=1 commands=6"}));
      EXPECT_EQ(replay_all(read.all).messages, 0U) << peer << said;
      ASSERT_EQ(read.stats.notes.size(), 1U);
    }
}

// Without counters, as Postfix 2.x writes: the level of one service says nothing of another.
TEST(PostfixPaths, SilenceOfOneServiceIsNotExplainedByAnother) {
  auto const submitted = mail_log({"postfix/submission/smtpd[9]: connect from u[192.0.2.7]",
                                   "postfix/submission/smtpd[9]: Anonymous TLS connection established from "
                                   "u[192.0.2.7]" +
                                       std::string(tls_words),
                                   "postfix/submission/smtpd[9]: disconnect from u[192.0.2.7]"});
  auto const silent = mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                                "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
                                "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
                                "postfix/smtpd[1]: disconnect from h[192.0.2.9]"});
  EXPECT_EQ(answer_to(submitted + silent).unknown, 1U);
  EXPECT_EQ(answer_to(silent + submitted).unknown, 1U);
}

TEST(PostfixPaths, AServiceThatDidNotTellOfATlsConnectionTellsNothingBySilence) {
  auto const answer = answer_to(mail_log(
      {"postfix/smtpd[1]: connect from h[192.0.2.9]",  // two services of one name, of different levels
       "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=2 starttls=1 quit=1 commands=4",
       "postfix/smtpd[2]: connect from g[192.0.2.8]",
       "postfix/smtpd[2]: Anonymous TLS connection established from g[192.0.2.8]" + std::string(tls_words),
       "postfix/smtpd[2]: disconnect from g[192.0.2.8] ehlo=2 starttls=1 quit=1 commands=4",
       "postfix/smtpd[3]: connect from f[192.0.2.7]", "postfix/smtpd[3]: AAAAA1: client=f[192.0.2.7]",
       "postfix/qmgr[5]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)"}));
  EXPECT_EQ(answer.messages, 1U);
  EXPECT_EQ(answer.unknown, 1U);
}

TEST(PostfixPaths, CountersDecideAgainstAWordInAHeloName) {
  auto const answer = answer_to(mail_log(
      {"postfix/smtpd[1]: connect from h[192.0.2.9]",
       "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 504 5.5.2 <Session encryption is "
       "required>: "
       "Helo command rejected; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<Session encryption is "
       "required>",
       "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 "
       "commands=5/6"}));
  EXPECT_EQ(answer.refused, 1U);
  EXPECT_EQ(answer.refused_for_tls, 0U);
  EXPECT_EQ(answer.rules[0].refused_anyway, 0U);
}

TEST(PostfixPaths, OnASubmissionPortThereIsNoMessageWithoutOne) {
  for (auto const* service :
       {"submission", "submissions", "smtps", "587", "465", "smtps-haproxy", "submission-in"}) {
    auto const program = "postfix/" + std::string(service) + "/smtpd[1]: ";
    auto const answer = answer_to(
        mail_log({program + "connect from unknown[192.0.2.99]",
                  program + "warning: unknown[192.0.2.99]: SASL LOGIN authentication failed: x",
                  program + "NOQUEUE: reject: RCPT from unknown[192.0.2.99]: 554 5.7.1 <x@y.example>: Relay "
                            "access denied; from=<a@b.example> to=<x@y.example> proto=ESMTP helo=<h>",
                  program + "lost connection after AUTH from unknown[192.0.2.99]",
                  program + "disconnect from unknown[192.0.2.99] ehlo=1 auth=0/1 mail=0/1 commands=1/3"}));
    EXPECT_EQ(answer.messages + answer.refused + answer.deferred, 0U) << service;
    EXPECT_EQ(answer.left_out.authenticated, 0U) << service;
  }
}

TEST(PostfixPaths, AServiceMayHaveAnotherNameThanItsQueueManager) {
  auto const read = read_postfix(mail_log(
      {"mx25/smtpd[1]: ignored", "postfix-submission/smtpd[1]: connect from h[192.0.2.9]",
       "postfix-submission/smtpd[1]: AAAAA1: client=h[192.0.2.9], sasl_method=PLAIN, sasl_username=u",
       "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
       "postfix-submission/smtpd[1]: disconnect from h[192.0.2.9] ehlo=2 auth=1 mail=1 commands=6",
       "postfix-mx/smtpd[1]: connect from g[192.0.2.8]", "postfix-mx/smtpd[1]: AAAAA2: client=g[192.0.2.8]",
       "postfix/qmgr[2]: AAAAA2: from=<c@d.example>, size=6, nrcpt=1 (queue active)",
       "postfix-mx/smtpd[1]: disconnect from g[192.0.2.8] ehlo=1 mail=1 commands=3"}));
  auto const answer = replay_all(read.all);
  EXPECT_EQ(answer.messages, 1U);
  EXPECT_EQ(answer.left_out.authenticated, 1U);
}

TEST(PostfixPaths, WhatIsHeldOrDiscardedWasTaken) {
  auto const begun = mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                               "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
                               "postfix/cleanup[3]: AAAAA1: message-id=<m@b.example>"});
  auto const over =
      mail_log({"postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 data=1 commands=3"});
  for (std::string const what :
       {"hold: header Subject: x from h[192.0.2.9]", "milter-hold: END-OF-MESSAGE from h[192.0.2.9]: x"}) {
    auto const held = read_postfix(
        begun + mail_log({"postfix/cleanup[3]: AAAAA1: " + what + "; from=<a@b.example> to=<c@d.example>"}) +
        over);
    ASSERT_EQ(held.messages().size(), 1U) << what;
    EXPECT_EQ(held.messages()[0].sender, "a@b.example");
    EXPECT_EQ(held.messages()[0].wanted, Wanted::unknown);
  }
  auto const discarded =
      read_postfix(begun +
                   mail_log({"postfix/cleanup[3]: AAAAA1: discard: header Subject: x from h[192.0.2.9]; "
                             "from=<a@b.example> to=<c@d.example>"}) +
                   over);
  ASSERT_EQ(discarded.messages().size(), 1U);
  EXPECT_EQ(discarded.messages()[0].wanted, Wanted::unwanted);
  auto const at_rcpt = read_postfix(
      mail_log(
          {"postfix/smtpd[1]: connect from h[192.0.2.9]",
           "postfix/smtpd[1]: NOQUEUE: discard: RCPT from h[192.0.2.9]: <c@d.example>: Recipient address "
           "triggers DISCARD action; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h>",
           "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
           "postfix/cleanup[3]: AAAAA1: message-id=<m@b.example>"}) +
      over);
  ASSERT_EQ(at_rcpt.messages().size(), 1U);
  EXPECT_EQ(at_rcpt.messages()[0].sender, "a@b.example");
}

TEST(PostfixPaths, ARefusalOfTheWholeMessageIsNoneOfARecipient) {
  auto const read = read_postfix(mail_log(
      {"postfix/smtpd[1]: connect from h[192.0.2.9]", "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
       "postfix/smtpd[1]: AAAAA1: reject: RCPT from h[192.0.2.9]: 550 5.1.1 <x@d.example>: unknown; "
       "from=<a@b.example> to=<x@d.example> proto=ESMTP helo=<h>",
       "postfix/smtpd[1]: AAAAA1: reject: END-OF-MESSAGE from h[192.0.2.9]: 450 4.7.1 <END-OF-MESSAGE>: "
       "later; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h>",
       "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=1/2 data=0/1 commands=3/5"}));
  EXPECT_TRUE(read.messages().empty());
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 450);
}

TEST(PostfixPaths, TheCodeOfARejectedHeaderIsNotTheSendersChoice) {
  auto const read = read_postfix(mail_log(
      {"postfix/smtpd[1]: connect from h[192.0.2.9]", "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
       "postfix/cleanup[3]: AAAAA1: reject: header Subject: [x]: 450 4.7.1 from h[192.0.2.9]; "
       "from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h>: 5.7.1 no",
       "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"}));
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::refused);
}

TEST(PostfixPaths, ProbesAndBadCommandsAreNoRefusedMail) {
  auto const answer = answer_to(mail_log(
      {"postfix/smtpd[1]: connect from h[192.0.2.9]",
       "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 550 5.1.1 <x@d.example>: unknown; "
       "from=<double-bounce@b.example> to=<x@d.example> proto=ESMTP helo=<h>",
       "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4",
       "postfix/smtpd[2]: connect from g[192.0.2.8]",
       "postfix/smtpd[2]: warning: Illegal address syntax from g[192.0.2.8] in MAIL command: <a",
       "postfix/smtpd[2]: disconnect from g[192.0.2.8] ehlo=1 mail=0/1 quit=1 commands=2/3"}));
  EXPECT_EQ(answer.refused + answer.deferred, 0U);
}

TEST(PostfixPaths, AQueueIdThatComesAgainForLocalMailIsNotTheGivenUpMessage) {
  EXPECT_EQ(
      answer_to(
          mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                    "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
                    "postfix/smtpd[1]: lost connection after DATA from h[192.0.2.9]",
                    "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 data=0/1 commands=2/3",
                    "postfix/pickup[4]: AAAAA1: uid=0 from=<root>",
                    "postfix/qmgr[2]: AAAAA1: from=<root@x.example>, size=6, nrcpt=1 (queue active)"}))
          .messages,
      0U);
}

TEST(PostfixPaths, AHandshakeThatTheClientBrokeOffHasFailed) {
  for (auto const* prefix : {"", "NOQUEUE: "}) {
    auto const read = read_postfix(mail_log(
        {"postfix/smtpd[1]: connect from h[192.0.2.9]",
         "postfix/smtpd[1]: " + std::string(prefix) + "lost connection after STARTTLS from h[192.0.2.9]",
         "postfix/smtpd[1]: disconnect from h[192.0.2.9]"}));
    ASSERT_EQ(read.sessions().size(), 1U);
    EXPECT_EQ(read.sessions()[0].tls.failure, "lost connection");
  }
  auto const good =
      read_postfix(mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                             "postfix/smtpd[1]: lost connection after STARTTLS from h[192.0.2.9]",
                             "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 starttls=1 commands=2"}));
  EXPECT_EQ(good.sessions()[0].tls.used, Tristate::yes);
}

// The filter's line may come before the queue manager's, or after the session.
TEST(PostfixPaths, AFiltersVerdictInTheSameLogTellsWhetherItWasWanted) {
  auto const received = mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                                  "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
                                  "postfix/cleanup[3]: AAAAA1: message-id=<m@b.example>"});
  auto const queued =
      mail_log({"postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
                "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 data=1 commands=3"});
  auto const removed = mail_log({"postfix/qmgr[2]: AAAAA1: removed"});
  auto const by_queue_id =
      mail_log({"rspamd[7]: <51a6f2>; task; rspamd_task_write_log: id: <m@b.example>, qid: "
                "<AAAAA1>, ip: 192.0.2.9, from: <a@b.example>, (default: T (add header): "
                "[9.0/15.00] []), len: 9"});
  auto const by_message_id =
      mail_log({"spamd[8]: spamd: result: Y 9 - X scantime=1.0,size=9,mid=<m@b.example>"});
  for (auto const& verdict : {by_queue_id, by_message_id}) {
    EXPECT_EQ(answer_to(received + verdict + queued + removed).unwanted, 1U) << verdict;
    EXPECT_EQ(answer_to(received + queued + verdict + removed).unwanted, 1U) << verdict;
  }
  EXPECT_EQ(answer_to(received + queued + removed).unwanted, 0U);
  EXPECT_EQ(answer_to(received + queued + removed).messages, 1U);
}

TEST(PostfixPaths, AFilterBeforeTheQueueIsJoinedByWhatItWasQueuedAs) {
  EXPECT_EQ(
      answer_to(mail_log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                          "amavis[6]: (1-1) Passed SPAMMY {RelayedTaggedInbound}, <a@b.example> -> "
                          "<c@d.example>, mail_id: x, Hits: 7, queued_as: BBBBB1, 90 ms",
                          "postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 from "
                          "MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BBBBB1; from=<a@b.example> "
                          "to=<c@d.example> proto=ESMTP helo=<h>",
                          "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 data=1 commands=3"}))
          .unwanted,
      1U);
}

}  // namespace
}  // namespace postern::tests

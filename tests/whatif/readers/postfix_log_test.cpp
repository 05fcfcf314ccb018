// Postfix's lines and their traps (docs/whatif.md).
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

constexpr auto postfix = Format::system_log;

std::string log(std::initializer_list<std::string_view> lines) {
  std::string out;
  for (auto const line : lines) out += "Nov 23 14:47:32 mx " + std::string(line) + "\n";
  return out;
}

Reception only_message(std::string const& text) {
  auto const messages = read_text(text, postfix).messages();
  EXPECT_EQ(messages.size(), 1U);
  return messages.empty() ? Reception() : messages[0];
}

TEST(PostfixLog, SniDoesNotHideTheClient) {
  auto const message =
      only_message(log({"postfix/smtpd[1]: connect from mail.example[192.0.2.1]",
                        "postfix/smtpd[1]: Trusted TLS connection established from mail.example[192.0.2.1] "
                        "to mx.example.org: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)",
                        "postfix/smtpd[1]: 7F1A2C0E33: client=mail.example[192.0.2.1]",
                        "postfix/qmgr[2]: 7F1A2C0E33: from=<a@b.example>, size=600, nrcpt=1 (queue active)",
                        "postfix/smtpd[1]: disconnect from mail.example[192.0.2.1] ehlo=2 starttls=1 mail=1 "
                        "rcpt=1 data=1 quit=1 commands=7"}));
  EXPECT_EQ(message.tls.used, Tristate::yes);
  EXPECT_EQ(message.tls.version, "TLSv1.2");
  EXPECT_EQ(message.tls.certificate, policy::ClientCertificate::trusted);
  EXPECT_EQ(message.client_name, "mail.example");
  EXPECT_EQ(message.sender, "a@b.example");
}

TEST(PostfixLog, TheOldFormWithoutTrustIsTls) {
  auto const message =
      only_message(log({"postfix/smtpd[1]: connect from unknown[192.168.1.102]",
                        "postfix/smtpd[1]: TLS connection established from unknown[192.168.1.102]: TLSv1 "
                        "with cipher DHE-RSA-AES256-SHA (256/256 bits)",
                        "postfix/smtpd[1]: 7F1A2C0E33: client=unknown[192.168.1.102]",
                        "postfix/qmgr[2]: 7F1A2C0E33: from=<>, size=600, nrcpt=1 (queue active)",
                        "postfix/smtpd[1]: disconnect from unknown[192.168.1.102]"}));
  EXPECT_EQ(message.tls.used, Tristate::yes);
  EXPECT_EQ(message.tls.version, "TLSv1");
  EXPECT_FALSE(message.tls.certificate.has_value());
  EXPECT_TRUE(message.client_name.empty());
  EXPECT_TRUE(message.has_sender);
}

std::string silent_session(std::string const& pid, std::string const& id) {
  return log({"postfix/smtpd[" + pid + "]: connect from h.example[192.0.2.9]",
              "postfix/smtpd[" + pid + "]: " + id + ": client=h.example[192.0.2.9]",
              "postfix/qmgr[2]: " + id + ": from=<a@b.example>, size=600, nrcpt=1 (queue active)",
              "postfix/smtpd[" + pid + "]: disconnect from h.example[192.0.2.9]"});
}

TEST(PostfixLog, SilenceAboutTlsIsUnknownUntilTheLogShowsThatItTells) {
  EXPECT_EQ(only_message(silent_session("1", "AAAAA1")).tls.used, Tristate::unknown);
  auto const told = log({"postfix/smtpd[7]: connect from x[192.0.2.2]",
                         "postfix/smtpd[7]: Anonymous TLS connection established from x[192.0.2.2]: TLSv1.3 "
                         "with cipher C (256/256 bits)"});
  for (auto const& text : {silent_session("1", "AAAAA1") + told, told + silent_session("1", "AAAAA1")})
    EXPECT_EQ(only_message(text).tls.used, Tristate::no) << text;
}

TEST(PostfixLog, ASessionWithoutItsBeginningIsUnknownUnlessTheCountersTell) {
  auto const begun = log({"postfix/smtpd[1]: AAAAA1: client=h.example[192.0.2.9]",
                          "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)"});
  auto const told =
      log({"postfix/smtpd[7]: Anonymous TLS connection established from x[192.0.2.2]: TLSv1.3 with cipher C "
           "(256/256 bits)"});
  EXPECT_EQ(
      only_message(told + begun + log({"postfix/smtpd[1]: disconnect from h.example[192.0.2.9]"})).tls.used,
      Tristate::unknown);
  EXPECT_EQ(
      only_message(told + begun +
                   log({"postfix/smtpd[1]: disconnect from h.example[192.0.2.9] ehlo=1 mail=1 commands=5"}))
          .tls.used,
      Tristate::no);
  EXPECT_EQ(
      only_message(
          told + begun +
          log({"postfix/smtpd[1]: disconnect from h.example[192.0.2.9] ehlo=2 starttls=1 mail=1 commands=5"}))
          .tls.used,
      Tristate::yes);
}

TEST(PostfixLog, SeveralMessagesOnOneConnectionShareItsTls) {
  auto const read = read_text(
      log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
           "postfix/smtpd[1]: Anonymous TLS connection established from h[192.0.2.9]: TLSv1.3 with cipher C "
           "(1/1 bits)",
           "postfix/smtpd[1]: 4Q1ZzZ2wXyz9Kl: client=h[192.0.2.9]",
           "postfix/qmgr[2]: 4Q1ZzZ2wXyz9Kl: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
           "postfix/smtpd[1]: 4Q1ZzZ2wXyz9Km: client=h[192.0.2.9]",
           "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=2 starttls=1 mail=2 rcpt=2 data=2 quit=1 "
           "commands=9",
           "postfix/qmgr[2]: 4Q1ZzZ2wXyz9Km: from=<c@d.example>, size=6, nrcpt=1 (queue active)",
           "postfix/qmgr[2]: 4Q1ZzZ2wXyz9Km: from=<c@d.example>, size=6, nrcpt=1 (queue active)"}),  // tried
                                                                                                     // again
                                                                                                     // later
      postfix);
  ASSERT_EQ(read.messages().size(), 2U);
  EXPECT_EQ(read.messages()[1].tls.used, Tristate::yes);
  EXPECT_EQ(read.messages()[1].sender, "c@d.example");
}

TEST(PostfixLog, AProcessIdUsedAgainIsAnotherSession) {
  auto const read =
      read_text(log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                     "postfix/smtpd[1]: Anonymous TLS connection established from h[192.0.2.9]: TLSv1.3 with "
                     "cipher C (1/1 bits)",
                     "postfix/smtpd[1]: connect from g[192.0.2.10]",  // the disconnect line was lost
                     "postfix/smtpd[1]: AAAAA1: client=g[192.0.2.10]",
                     "postfix/qmgr[2]: AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)",
                     "postfix/smtpd[1]: disconnect from g[192.0.2.10] ehlo=1 mail=1 commands=4"}),
                postfix);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.10");
}

TEST(PostfixLog, InstancesAndHostsKeepTheirProcessesApart) {
  auto text = silent_session("1", "AAAAA1");
  std::string other = text;
  for (std::size_t at = 0; (at = other.find("postfix/", at)) != std::string::npos; at += 11)
    other.replace(at, 8, "postfix-in/");
  std::string mixed;  // line by line in turn
  for (std::size_t a = 0, b = 0; a < text.size();) {
    auto const end_a = text.find('\n', a) + 1, end_b = other.find('\n', b) + 1;
    mixed += text.substr(a, end_a - a) + other.substr(b, end_b - b);
    a = end_a;
    b = end_b;
  }
  EXPECT_EQ(read_text(mixed, postfix).messages().size(), 2U);
}

TEST(PostfixLog, AHandshakeThatFailedIsToldWithItsReason) {
  auto const read =
      read_text(log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                     "postfix/smtpd[1]: SSL_accept error from h[192.0.2.9]: -1",
                     "postfix/smtpd[1]: warning: TLS library problem: error:0A000102:SSL "
                     "routines::unsupported protocol:../ssl/statem/statem_srvr.c:1657:",
                     "postfix/smtpd[1]: lost connection after STARTTLS from h[192.0.2.9]",
                     "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 starttls=0/1 commands=1/2"}),
                postfix);
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
  EXPECT_EQ(read.sessions()[0].tls.used, Tristate::no);
}

TEST(PostfixLog, TheCountersAloneTellOfAFailedHandshake) {
  auto const read =
      read_text(log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                     "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 starttls=0/1 commands=1/2"}),
                postfix);
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "handshake failed");
}

TEST(PostfixLog, The530OfEncryptShowsOnlyInTheCounters) {
  auto const read =
      read_text(log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                     "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=0/1 quit=1 commands=2/3"}),
                postfix);
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_TRUE(read.refused()[0].for_want_of_tls);
}

TEST(PostfixLog, RefusalsAreToldWithTheirTlsAndOnceAMessage) {
  auto const read = read_text(
      log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
           "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 450 4.7.1 Session encryption is "
           "required; from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<h>",
           "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.9]: 450 4.7.1 Session encryption is "
           "required; from=<s@x.example> to=<c@b.example> proto=ESMTP helo=<h>",
           "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=0/2 quit=1 commands=3/5"}),
      postfix);
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::deferred);
  EXPECT_EQ(read.refused()[0].code, 450);
  EXPECT_TRUE(read.refused()[0].for_want_of_tls);
  EXPECT_EQ(read.refused()[0].recipients, std::vector<std::string>{"a@b.example"});
}

TEST(PostfixLog, AWarningIsNoRefusal) {
  auto const read =
      read_text(log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                     "postfix/smtpd[1]: NOQUEUE: reject_warning: RCPT from h[192.0.2.9]: 450 4.7.1 Session "
                     "encryption is required; from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<h>",
                     "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
                     "postfix/qmgr[2]: AAAAA1: from=<s@x.example>, size=6, nrcpt=1 (queue active)",
                     "postfix/smtpd[1]: disconnect from h[192.0.2.9]"}),
                postfix);
  EXPECT_TRUE(read.refused().empty());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);  // the warning says so
  EXPECT_EQ(read.stats.notes.size(), 1U);
}

TEST(PostfixLog, AMiltersRefusalIsNoMessage) {
  auto const read = read_text(
      log({"postfix/smtpd[1]: connect from h[192.0.2.9]", "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
           "postfix/cleanup[3]: AAAAA1: milter-reject: END-OF-MESSAGE from h[192.0.2.9]: 5.7.1 Spam message "
           "rejected; from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<h>",
           "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 "
           "commands=4/5"}),
      postfix);
  EXPECT_TRUE(read.messages().empty());
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::refused);
  EXPECT_EQ(read.refused()[0].sender, "s@x.example");
}

TEST(PostfixLog, AMessageGivenUpWithinDataIsNone) {
  EXPECT_TRUE(
      read_text(
          log({"postfix/smtpd[1]: connect from h[192.0.2.9]", "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
               "postfix/smtpd[1]: lost connection after DATA (94 bytes) from h[192.0.2.9]",
               "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"}),
          postfix)
          .messages()
          .empty());
}

TEST(PostfixLog, SubmissionIsKeptApart) {
  auto const read = read_text(
      log({"postfix/submission/smtpd[1]: connect from h[192.0.2.9]",
           "postfix/submission/smtpd[1]: AAAAA1: client=h[192.0.2.9], sasl_method=PLAIN, sasl_username=u",
           "postfix/qmgr[2]: AAAAA1: from=<u@x.example>, size=6, nrcpt=1 (queue active)",
           "postfix/submission/smtpd[1]: disconnect from h[192.0.2.9] ehlo=2 starttls=1 auth=1 mail=1 "
           "commands=8",
           "postfix/smtpd[5]: connect from g[192.0.2.8]",
           "postfix/smtpd[5]: AAAAA2: client=g[192.0.2.8], sasl_method=PLAIN, sasl_username=v",
           "postfix/qmgr[2]: AAAAA2: from=<v@x.example>, size=6, nrcpt=1 (queue active)",
           "postfix/smtpd[5]: disconnect from g[192.0.2.8] ehlo=2 starttls=1 auth=1 mail=1 commands=8"}),
      postfix);
  auto const answer = replay_all(read.all);
  EXPECT_EQ(answer.messages, 0U);
  EXPECT_EQ(answer.left_out.authenticated, 2U);
}

TEST(PostfixLog, PostscreenRefusesWithTheTlsOfTlsproxy) {
  auto const read =
      read_text(log({"postfix/postscreen[4]: CONNECT from [203.0.113.4]:63991 to [192.0.2.25]:25",
                     "postfix/tlsproxy[9]: CONNECT from [203.0.113.4]:63991",
                     "postfix/tlsproxy[9]: Anonymous TLS connection established from [203.0.113.4]:63991: "
                     "TLSv1.2 with cipher C (1/1 bits)",
                     "postfix/postscreen[4]: NOQUEUE: reject: RCPT from [203.0.113.4]:63991: 550 5.7.1 "
                     "Service unavailable; client [203.0.113.4] blocked using zen.example; "
                     "from=<s@x.example>, to=<a@b.example>, proto=ESMTP, helo=<h>",
                     "postfix/postscreen[4]: DISCONNECT [203.0.113.4]:63991"}),
                postfix);
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].tls.used, Tristate::yes);
  EXPECT_EQ(read.refused()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.refused()[0].outcome, policy::Outcome::refused);
}

TEST(PostfixLog, ABeforeQueueFilterCountsOnce) {
  auto const read = read_text(
      log({"postfix/smtpd[1]: connect from h.example[192.0.2.9]",
           "postfix/smtpd[1]: NOQUEUE: client=h.example[192.0.2.9]",
           "postfix/smtpd[8]: connect from localhost[127.0.0.1]",
           "postfix/smtpd[8]: AAAAA1: client=localhost[127.0.0.1], orig_client=h.example[192.0.2.9]",
           "postfix/qmgr[2]: AAAAA1: from=<s@x.example>, size=6, nrcpt=1 (queue active)",
           "postfix/smtpd[1]: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as AAAAA1; "
           "from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<h>",
           "postfix/smtpd[8]: disconnect from localhost[127.0.0.1] ehlo=1 xforward=1 mail=1 rcpt=1 data=1 "
           "quit=1 commands=6",
           "postfix/smtpd[1]: disconnect from h.example[192.0.2.9] ehlo=1 mail=1 rcpt=1 data=1 quit=1 "
           "commands=5"}),
      postfix);
  EXPECT_EQ(replay_all(read.all).messages, 1U);
  auto const newer =
      read_text(log({"postfix/smtpd[1]: connect from h.example[192.0.2.9]",
                     "postfix/smtpd[1]: NOQUEUE: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as "
                     "AAAAA1; from=<s@x.example> to=<a@b.example> proto=ESMTP helo=<h>",
                     "postfix/smtpd[1]: disconnect from h.example[192.0.2.9] ehlo=1 mail=1 rcpt=1 data=1 "
                     "quit=1 commands=5"}),
                postfix);
  EXPECT_EQ(replay_all(newer.all).messages, 1U);
}

TEST(PostfixLog, RecipientsComeFromDeliveryWhenARuleAsksForThem) {
  auto const text =
      log({"postfix/smtpd[1]: connect from h[192.0.2.9]", "postfix/smtpd[1]: AAAAA1: client=h[192.0.2.9]",
           "postfix/qmgr[2]: AAAAA1: from=<s@x.example>, size=6, nrcpt=2 (queue active)",
           "postfix/smtpd[1]: disconnect from h[192.0.2.9] ehlo=1 mail=1 rcpt=2 data=1 quit=1 commands=6",
           "postfix/lmtp[7]: AAAAA1: to=<a@one.example>, relay=x, status=sent (250)",
           "postfix/lmtp[7]: AAAAA1: to=<real@inner.example>, orig_to=<b@two.example>, relay=x, status=sent "
           "(250)",
           "postfix/qmgr[2]: AAAAA1: removed"});
  SourceSettings settings;
  settings.wants_recipients = true;
  auto const answer = replay_all(
      read_text(text, postfix, settings).all,
      {"require-tls for two.example", "require-tls for inner.example", "require-tls for one.example"});
  EXPECT_EQ(answer.rules[0].lost.lost, 1U);
  EXPECT_EQ(answer.rules[1].lost.lost, 0U);
  EXPECT_EQ(answer.rules[2].lost.lost, 1U);
}

TEST(PostfixLog, ASessionThatNeverEndsIsToldAllTheSame) {
  std::string text = log({"postfix/smtpd[1]: connect from h[192.0.2.9]",
                          "postfix/smtpd[1]: Anonymous TLS connection established from h[192.0.2.9]: TLSv1.3 "
                          "with cipher C (1/1 bits)"});
  for (int i = 0; i < 30'000; ++i) {
    auto const id = "Q" + std::to_string(100'000 + i);
    text += log({"postfix/smtpd[1]: " + id + ": client=h[192.0.2.9]",
                 "postfix/qmgr[2]: " + id + ": from=<a@b.example>, size=6, nrcpt=1 (queue active)"});
  }
  auto const answer = replay_all(read_text(text, postfix).all);
  EXPECT_EQ(answer.messages, 30'000U);
  EXPECT_EQ(answer.over_tls, 30'000U);
}

TEST(PostfixLog, AnErrorOfTlsAfterMailHasComeOverItUndoesNothing) {
  auto const read = read_text(
      "Nov 23 14:47:32 mx postfix/smtpd[100]: connect from mail.a.example[203.0.113.5]\n"
      "Nov 23 14:47:32 mx postfix/smtpd[100]: 9F2A1B3C: client=mail.a.example[203.0.113.5]\n"
      "Nov 23 14:47:32 mx postfix/qmgr[9]: 9F2A1B3C: from=<a@a.example>, size=1, nrcpt=1 (queue active)\n"
      "Nov 23 14:47:33 mx postfix/smtpd[100]: warning: TLS library problem: error:0A000126:SSL "
      "routines::unexpected eof while reading\n"
      "Nov 23 14:47:33 mx postfix/smtpd[100]: disconnect from mail.a.example[203.0.113.5] ehlo=2 starttls=1 "
      "mail=1 rcpt=1 data=1 commands=6\n");
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::yes);
}

}  // namespace
}  // namespace postern::tests

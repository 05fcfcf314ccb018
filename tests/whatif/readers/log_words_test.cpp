// Words in a line of a system log.
#include "whatif/readers/log_words.hpp"

#include <gtest/gtest.h>

namespace postern::tests {
namespace {

using namespace whatif;

TEST(LogWords, PrioritiesAreToldFromHosts) {
  for (auto const* word : {"mail.info", "<mail.info>", "<2.6>", "mail:info", "INFO", "[warn]", "daemon.err"})
    EXPECT_TRUE(is_priority(word)) << word;
  for (auto const* word :
       {"mx", "mx.example.org", "mail.example", "192.0.2.1", "2.6", "[1.2.3.4]", "", "<>", "."})
    EXPECT_FALSE(is_priority(word)) << word;
}

TEST(LogWords, AProgramIsPostfixsWhenItsLastPartIsADaemon) {
  for (auto const* program :
       {"postfix/smtpd", "mx1/smtpd", "postfix-inbound/smtpd", "mail/submission/smtpd", "mx/qmgr"})
    EXPECT_TRUE(is_postfix_program(program)) << program;
  for (auto const* program : {"smtpd", "sendmail/MTA", "/smtpd", "opendkim", "dovecot/imap", "mx/", ""})
    EXPECT_FALSE(is_postfix_program(program)) << program;
}

TEST(LogWords, ATextTellsWhichDaemonWroteIt) {
  struct Known {
    char const* text;
    char const* daemon;
  };
  for (auto const& known :
       {Known{"connect from h[192.0.2.1]", "smtpd"}, Known{"4A1B2C3D4E: client=h[192.0.2.1]", "smtpd"},
        Known{"NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 x", "smtpd"},
        Known{"NOQUEUE: reject: RCPT from [192.0.2.1]:4711: 550 5.7.1 x", "postscreen"},
        Known{"Anonymous TLS connection established from h[192.0.2.1]: TLSv1.3 with cipher x", "smtpd"},
        Known{"Anonymous TLS connection established from [192.0.2.1]:25: TLSv1.3 with cipher x", "tlsproxy"},
        Known{"CONNECT from [192.0.2.1]:4711 to [192.0.2.2]:25", "postscreen"},
        Known{"4A1B2C3D4E: message-id=<x@y.example>", "cleanup"},
        Known{"4A1B2C3D4E: from=<a@b.example>, size=9, nrcpt=1 (queue active)", "qmgr"},
        Known{"4A1B2C3D4E: removed", "qmgr"}, Known{"4A1B2C3D4E: to=<a@b.example>, relay=x", "smtp"},
        Known{"Untrusted TLS connection established to h[192.0.2.1]:25: TLSv1.3", ""}, Known{"removed", ""},
        Known{"Accepted publickey for root", ""}, Known{"", ""}})
    EXPECT_EQ(postfix_daemon_of(known.text), known.daemon) << known.text;
}

TEST(LogWords, TheClientStandsForTheProcess) {
  EXPECT_EQ(process_of_client("connect from h[192.0.2.1]"),
            process_of_client("4A1B2: client=h[192.0.2.1], x"));
  EXPECT_NE(process_of_client("connect from h[192.0.2.1]"), process_of_client("connect from h[192.0.2.2]"));
  EXPECT_NE(process_of_client("connect from h[192.0.2.1]"), 0U);
  EXPECT_EQ(process_of_client("statistics: none"), 0U);
  EXPECT_EQ(process_of_client("a [ that is never closed"), 0U);
}

}  // namespace
}  // namespace postern::tests

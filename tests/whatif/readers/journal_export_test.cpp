// systemd's journal in its export format.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Journal, EntriesWithTextAndBinaryFields) {
  std::string text =
      "__REALTIME_TIMESTAMP=1795445252000000\nSYSLOG_IDENTIFIER=postfix/smtpd\n_PID=7\nMESSAGE=connect from "
      "h[192.0.2.9]\n\n";
  text +=
      "__REALTIME_TIMESTAMP=1795445252000001\nSYSLOG_IDENTIFIER=postfix/smtpd\n_PID=7\nMESSAGE=AAAAA1: "
      "client=h[192.0.2.9]\n\n";
  std::string const message = "AAAAA1: from=<a@b.example>, size=6, nrcpt=1 (queue active)";
  text += "SYSLOG_IDENTIFIER=postfix/qmgr\nMESSAGE\n" + std::string(1, static_cast<char>(message.size())) +
          std::string(7, '\0') + message + "\n\n";
  text +=
      "SYSLOG_IDENTIFIER=postfix/smtpd\nSYSLOG_PID=7\nMESSAGE=disconnect from h[192.0.2.9] ehlo=1 mail=1 "
      "commands=4\n";
  for (std::size_t const piece : {text.size(), std::size_t{1}, std::size_t{13}}) {
    auto const messages = read_text(text, {}, {}, piece).messages();
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].sender, "a@b.example");
    EXPECT_EQ(messages[0].tls.used, Tristate::no);
    EXPECT_EQ(to_micros(messages[0].at), 1'795'445'252'000'001);
  }
}

TEST(Journal, AFieldThatIsTooLongIsPassedOverAndTheNextEntryIsWhole) {
  std::string const text =
      "__REALTIME_TIMESTAMP=1\nSYSLOG_IDENTIFIER=sm-mta\nMESSAGE=" + std::string(100'000, 'x') +
      "\n\nSYSLOG_IDENTIFIER=sm-mta\n_HOSTNAME=mx\nMESSAGE=221820LG031424: "
      "from=<b@y.example>, size=9, class=0, nrcpts=1, proto=ESMTP, relay=[192.0.2.2]\n\n";
  for (std::size_t const piece : {text.size(), std::size_t{7}}) {
    auto const read = read_text(text, Format::journal, {}, piece);
    EXPECT_EQ(read.stats.lines, 2U);
    ASSERT_EQ(read.messages().size(), 1U);
    EXPECT_EQ(read.messages()[0].sender, "b@y.example");
  }
}

}  // namespace
}  // namespace postern::tests

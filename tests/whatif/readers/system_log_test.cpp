// A system log: its lines go to the dialect of their program.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

constexpr std::string_view sendmail_line =
    "Nov 23 14:47:34 mx sm-mta[8]: 221820LG031424: from=<b@y.example>, size=9, class=0, nrcpts=1, msgid=<m>, "
    "proto=ESMTP, daemon=MTA-v4, relay=[192.0.2.2]\n";
constexpr std::string_view exim_line =
    "Nov 23 14:47:35 mx exim[9]: 2026-11-23 14:47:35 1smkL5-000002-AA <= c@x.example H=h.example [192.0.2.3] "
    "P=esmtps X=TLS1.3:ECDHE:256 CV=no S=1\n";

std::string kind_of(std::string const& text) {
  Collected out;
  auto const source = make_source(Format::system_log, {.reference = reference}, out);
  source->feed(text);
  source->end();
  return std::string(source->kind());
}

TEST(SystemLog, SeveralServersInOneLogAreToldApart) {
  std::string const both = std::string(sendmail_line) + std::string(exim_line);
  auto const messages = read_text(both, Format::system_log).messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");  // sendmail's waits for what a milter says of it
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(kind_of(both), "mixed");
  EXPECT_EQ(kind_of(std::string(sendmail_line)), "sendmail");
  EXPECT_EQ(kind_of(std::string(exim_line)), "exim");
  EXPECT_EQ(kind_of(""), "system log");
}

TEST(SystemLog, OtherProgramsArePassedOverAndJunkIsCounted) {
  auto const read =
      read_text("Nov 23 14:47:32 mx sshd[4]: Accepted publickey for root\nnothing of the kind\n" +
                    std::string(sendmail_line),
                Format::system_log);
  EXPECT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.stats.lines, 3U);
  EXPECT_EQ(read.stats.skipped, 1U);
}

}  // namespace
}  // namespace postern::tests

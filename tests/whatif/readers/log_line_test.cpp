// The forms of a line of a system log.
#include "whatif/readers/log_line.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(LogLine, AllFormsOfSystemLogs) {
  LogClock clock(reference, {});
  for (std::string_view const line :
       {"Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "<22>Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "<22>1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 - - connect from x",
        "<22>1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 ID1 [a b=\"]\"][c d=\"e\"] connect from x",
        "2026-11-23T14:47:32.000000+00:00 mx postfix/smtpd[9290]: connect from x",
        "1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 - - connect from x",
        "<22>1 2026-11-23T14:47:32Z mx postfix/smtpd 9290 - - \xEF\xBB\xBF"
        "connect from x",
        "Nov 23 14:47:32 postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 mx mail.info postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 mail.info mx postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 mx mail:info postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 <mail.info> mx postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 <2.6> mx postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32.000000 mx postfix/smtpd[9290]: connect from x",
        "2026 Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "2026/11/23 14:47:32 mx postfix/smtpd[9290]: connect from x",
        "2026-11-23T14:47:32+0000 mx postfix/smtpd[9290]: connect from x",
        "2026-11-23T14:47:32.000+00:00 INFO    postfix/smtpd[9290]: connect from x",
        "Mon 2026-11-23 14:47:32 UTC mx postfix/smtpd[9290]: connect from x",
        "Mon 2026-11-23 15:47:32 CET mx postfix/smtpd[9290]: connect from x",
        "Mon 2026-11-23 17:47:32 +03 mx postfix/smtpd[9290]: connect from x",
        "1795445252.000000 mx postfix/smtpd[9290]: connect from x",
        "Nov 23 14:47:32 mx postfix/smtpd[9290]: [ID 197553 mail.info] connect from x"}) {
    LogLine parsed;
    ASSERT_TRUE(parse_log_line(line, clock, parsed)) << line;
    EXPECT_EQ(parsed.program, "postfix/smtpd") << line;
    EXPECT_EQ(parsed.pid, 9290U) << line;
    EXPECT_EQ(parsed.text, "connect from x") << line;
    EXPECT_EQ(print_iso8601(parsed.at), "2026-11-23T14:47:32.000Z") << line;
  }
  LogLine bare, none, named;
  EXPECT_TRUE(parse_log_line("postfix/smtpd[9290]: connect from x", clock, bare));
  EXPECT_FALSE(parse_log_line("nothing of the kind", clock, none));
  EXPECT_TRUE(parse_log_line("Nov 23 14:47:32 mx smtpd: client=[192.0.2.1]", clock, named));
  EXPECT_EQ(named.program, "smtpd");
  EXPECT_EQ(named.text, "client=[192.0.2.1]");
}

// What stands before the program must not be taken for it, whatever the text begins with.
TEST(LogLine, AQueueIdIsNoProgram) {
  LogClock clock(reference, {});
  for (std::string_view const before :
       {"Nov 23 14:47:32 ", "Nov 23 14:47:32 mx ", "Nov 23 14:47:32 mx mail.info ",
        "Nov 23 14:47:32 2001:db8:: ", "2026-11-23T14:47:32Z INFO   "}) {
    auto const line = std::string(before) + "mx1/smtpd[430]: 4A1B2C3D4E: client=mail.example.org[192.0.2.66]";
    LogLine parsed;
    ASSERT_TRUE(parse_log_line(line, clock, parsed)) << line;
    EXPECT_EQ(parsed.program, "mx1/smtpd") << line;
    EXPECT_EQ(parsed.text, "4A1B2C3D4E: client=mail.example.org[192.0.2.66]") << line;
  }
}

TEST(LogLine, TimesSinceTheBootAreInOrder) {
  LogClock clock(reference, {});
  LogLine first, second, third;
  ASSERT_TRUE(parse_log_line("[  123.000000] mx postfix/smtpd[1]: connect from x", clock, first));
  ASSERT_TRUE(parse_log_line("[  124.500000] mx postfix/smtpd[1]: connect from x", clock, second));
  ASSERT_TRUE(
      parse_log_line("[  125.000000 <    0.500000 >] mx postfix/smtpd[1]: connect from x", clock, third));
  EXPECT_EQ(first.at, reference);
  EXPECT_EQ(second.at, reference + std::chrono::milliseconds(1500));
  EXPECT_EQ(third.at, reference + std::chrono::seconds(2));
  EXPECT_EQ(third.host, "mx");
}

}  // namespace
}  // namespace postern::tests

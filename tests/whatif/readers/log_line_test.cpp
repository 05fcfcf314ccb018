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
        "mailserver  | Nov 23 14:47:32 mx postfix/smtpd[9290]: connect from x",
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

}  // namespace
}  // namespace postern::tests

// What the beginning of a log shows of how much it tells.
#include "whatif/readers/log_signs.hpp"

#include <gtest/gtest.h>

namespace postern::tests {
namespace {

using namespace whatif;

constexpr std::string_view tls_line =
    "Nov 23 14:47:32 mx postfix/smtpd[1]: Anonymous TLS connection established from x[192.0.2.1]: TLSv1.3 "
    "with "
    "cipher y";

std::vector<std::string> missing_of(std::initializer_list<std::string_view> lines) {
  LogSigns signs;
  for (auto const line : lines) signs.see(line);
  return signs.missing();
}

TEST(LogSigns, APostfixThatTellsNothingOfTlsIsToldWhatToSet) {
  auto const nothing = missing_of({"Nov 23 14:47:32 mx postfix/smtpd[1]: disconnect from x[192.0.2.1]"});
  ASSERT_EQ(nothing.size(), 1U);
  EXPECT_NE(nothing[0].find("smtpd_tls_loglevel = 1"), std::string::npos);
  EXPECT_NE(nothing[0].find("no counters"), std::string::npos);
  auto const counters =
      missing_of({"Nov 23 14:47:32 mx postfix/smtpd[1]: disconnect from x[192.0.2.1] ehlo=1 commands=1"});
  ASSERT_EQ(counters.size(), 1U);
  EXPECT_NE(counters[0].find("not its version"), std::string::npos);
  EXPECT_TRUE(
      missing_of({tls_line, "Nov 23 14:47:33 mx postfix/smtpd[1]: disconnect from x[192.0.2.1]"}).empty());
  EXPECT_TRUE(missing_of({}).empty());
}

TEST(LogSigns, LinesWithoutProcessOrTimeAreSaidToBe) {
  auto const no_process = missing_of({"Nov 23 14:47:32 mx postfix/smtpd: connect from x[192.0.2.1]"});
  ASSERT_EQ(no_process.size(), 1U);
  EXPECT_NE(no_process[0].find("no process"), std::string::npos);
  auto const no_time = missing_of({"postfix/smtpd[1]: connect from x[192.0.2.1]"});
  ASSERT_EQ(no_time.size(), 1U);
  EXPECT_NE(no_time[0].find("no times"), std::string::npos);
}

TEST(LogSigns, ATimeAloneIsNoLineOfExim) {
  for (std::string_view const line :
       {"2026-11-23 14:49:10 1smkL5-000002-AA Completed",
        "2026-11-23 14:49:10 exim 4.96 daemon started: pid=1",
        "2026-11-23 14:49:10 [12] 1smkL9-000000001ae-24eQ <= a@b.example H=x [192.0.2.1] P=esmtp",
        "2026-11-23 14:49:10 H=(x) [192.0.2.1] rejected EHLO or HELO x",
        "2026-11-23 14:49:10 Start queue run: pid=1"})
    EXPECT_TRUE(is_line_of_exim(line)) << line;
  for (std::string_view const line : {"2026-11-23 14:49:10 #1(normal) <a>; task; x",
                                      "2026-11-23 14:49:10 started", "1smkL5-000002-AA Completed", ""})
    EXPECT_FALSE(is_line_of_exim(line)) << line;
}

}  // namespace
}  // namespace postern::tests

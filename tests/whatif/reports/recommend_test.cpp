// The answer in words.
#include "whatif/reports/recommend.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Recommend, NumbersAreWrittenForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(1'204'000), "1,204,000");
  EXPECT_EQ(counted(1, "host"), "1 host");
  EXPECT_EQ(counted(1204, "host"), "1,204 hosts");
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(percent(0.0025), "0.25 %");
  EXPECT_EQ(percent(0.0123), "1.2 %");
  EXPECT_EQ(percent(0.33), "33 %");
}

TEST(Recommend, AListOfCountsHasOnlyThoseThatAreNotZero) {
  std::string list;
  append_count(list, 0, "local");
  EXPECT_EQ(list, "");
  append_count(list, 1204, "copies");
  append_count(list, 3, "local");
  EXPECT_EQ(list, "1,204 copies, 3 local");
}

TEST(Recommend, SaysNothingOfRequiringTlsWhereNothingIsKnown) {
  auto const answer = replay_all({reception_from("192.0.2.1", Tristate::unknown)});
  EXPECT_TRUE(recommendation(answer).starts_with("There is no answer")) << recommendation(answer);
}

TEST(Recommend, ARuleAboutOneSenderIsNotToldToWaitForMoreDays) {
  auto message = reception_from("192.0.2.1", Tristate::no);
  message.sender = "a@one.example";
  auto const text = recommendation(replay_all({message}, {"require-tls from one.example"}));
  EXPECT_NE(text.find("1 of 1 messages of this domain came in plaintext"), std::string::npos) << text;
  EXPECT_EQ(text.find("more days"), std::string::npos) << text;
}

TEST(Recommend, HowTlsWouldBeToldIsSaidOfTheServersThatWereRead) {
  Answer answer;
  SourceAnswer source;
  source.messages = 1;
  source.kind = "hmailserver";
  answer.sources = {source, source};
  EXPECT_EQ(how_sources_would_tell_tls(answer), "hMailServer: log TCP/IP, too.");
  source.kind = "barracuda";
  answer.sources = {source};
  EXPECT_EQ(how_sources_would_tell_tls(answer).find("smtpd_tls_loglevel"), std::string::npos);
  source.kind = "postfix";
  answer.sources = {source};
  EXPECT_NE(how_sources_would_tell_tls(answer).find("smtpd_tls_loglevel = 1"), std::string::npos);
}

}  // namespace
}  // namespace postern::tests

#include <gtest/gtest.h>

#include "app/commands/probe/probe.hpp"

namespace postern::app {
namespace {

TEST(ProbeReport, SaysOfAFailedLookUpThatNothingIsKnown) {
  Probe probe;
  probe.domain = "x.example";
  probe.refusal = wire::Reply{451, {4, 4, 3}, "MX of x.example: no answer"};
  EXPECT_FALSE(is_known(probe));
  auto const found = findings(probe);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].what.find("dns.servers"), std::string::npos);
  auto const text = print_text(probe);
  EXPECT_NE(text.find("  unknown\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("not signed"), std::string::npos) << text;
  EXPECT_EQ(text.find("none asked for"), std::string::npos) << text;
  EXPECT_NE(print_json(probe).find("\"known\":false"), std::string::npos);
}

TEST(ProbeReport, TakesAnAnswerThatThereIsNobodyForAnAnswer) {
  Probe probe;
  probe.domain = "x.example";
  probe.refusal = wire::Reply{550, {5, 1, 2}, "there is no domain x.example"};
  EXPECT_TRUE(is_known(probe));
  EXPECT_NE(print_text(probe).find("there is no domain x.example"), std::string::npos);
}

TEST(ProbeReport, TellsOfKeysThatSignAndAreNotPublished) {
  Probe probe;
  probe.domain = "x.example";
  auto const with = [&](auth::KeyState state, KeyInDns outcome) {
    probe.keys.assign(
        1, ProbedKey{.name = {.domain = "x.example", .selector = "s", .state = state}, .outcome = outcome});
    for (auto const& finding : findings(probe))
      if (finding.what.find("s._domainkey.x.example") != std::string::npos)
        return finding.wrong ? std::string("wrong") : std::string("weak");
    return std::string();
  };
  EXPECT_EQ(with(auth::KeyState::active, KeyInDns::fits), "");
  EXPECT_EQ(with(auth::KeyState::active, KeyInDns::missing), "wrong");
  EXPECT_EQ(with(auth::KeyState::active, KeyInDns::other), "wrong");
  EXPECT_EQ(with(auth::KeyState::active, KeyInDns::unknown), "weak");
  EXPECT_EQ(with(auth::KeyState::next, KeyInDns::missing), "weak");
  EXPECT_EQ(with(auth::KeyState::retired, KeyInDns::missing), "");
  EXPECT_NE(print_json(probe).find("\"in_dns\":\"not published\""), std::string::npos);
}

}  // namespace
}  // namespace postern::app

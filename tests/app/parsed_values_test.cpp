#include "app/settings/parsed_values.hpp"

#include <gtest/gtest.h>

#include "app/settings/fingerprints.hpp"

namespace postern::app {
namespace {

TEST(ParsedValues, RolloutsReadWhatTheyPrint) {
  for (auto const* text : {"observe", "enforce", "10%", "0.50%", "99.99%"}) {
    auto const rollout = parse_rollout(text);
    ASSERT_TRUE(rollout) << text;
    EXPECT_EQ(print_rollout(*rollout), text);
  }
  EXPECT_EQ(*parse_rollout("0.5%"), 50U);
  EXPECT_EQ(*parse_rollout("100%"), *parse_rollout("enforce"));
  for (auto const* text : {"", "10", "%", "-1%", "101%", "x%", "10%%", "nan%"})
    EXPECT_FALSE(parse_rollout(text)) << text;
}

TEST(ParsedValues, RoutesReadWhatTheyPrint) {
  for (auto const* text : {"", "maildir:/srv/{domain}/{local}", "lmtp:unix:/run/lmtp", "lmtp:127.0.0.1:24",
                           "lmtp:[::1]:24", "discard", "mx", "smtp:relay.example:587", "smtps:[::1]:465"}) {
    auto const route = parse_deliver(text);
    ASSERT_TRUE(route) << text;
    EXPECT_EQ(print_deliver(*route), text);
  }
  for (auto const* text : {"pigeon", "maildir:", "lmtp:x", "smtp:relay.example"})
    EXPECT_FALSE(parse_deliver(text)) << text;
}

TEST(ParsedValues, AQuarantineIsAnAddressWithADomainOrNothing) {
  EXPECT_EQ(print_deliver_to(*parse_deliver_to("q@example.org")), "q@example.org");
  EXPECT_FALSE(parse_deliver_to("")->has_value());
  for (auto const* text : {"q", "q@", "q@[192.0.2.1]"}) EXPECT_FALSE(parse_deliver_to(text)) << text;
}

TEST(Fingerprints, AreWrittenWithAndWithoutColonsInAnyCase) {
  std::string const digits(64, 'a');
  EXPECT_EQ(normal_fingerprint(std::string(64, 'A')), digits);
  EXPECT_EQ(normal_fingerprint("aa:" + std::string(62, 'a')), digits);
  for (auto const& text : {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g')})
    EXPECT_EQ(normal_fingerprint(text), "") << text;
}

}  // namespace
}  // namespace postern::app

#include "delivery/route.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::delivery {
namespace {

using tests::address;
using tests::example_policy;

TEST(Route, ParsesAndPrints) {
  for (auto const* text :
       {"discard", "maildir:/srv/{domain}/{local}", "lmtp:unix:/run/dovecot/lmtp", "lmtp:127.0.0.1:24", "mx",
        "smtp:relay.example.org:587", "smtps:192.0.2.1:465", "smtp:[2001:db8::1]:25"})
    EXPECT_EQ(print(*parse_route(text)), text);
  for (auto const* text :
       {"", "maildir:", "lmtp:", "lmtp:host", "lmtp:unix:", "smtp:x", "smtp:x:0", "smtp:x:70000", "mbox:/x"})
    EXPECT_FALSE(parse_route(text)) << text;
}

TEST(RouteTable, TakesTheNearestRule) {
  RouteTable table;
  table.rules["*"] = *parse_route("smtp:smart.example:587");
  table.rules["*.example.net"] = *parse_route("smtp:net.example:25");
  table.rules["deep.example.net"] = *parse_route("mx");
  auto const find = [&](std::string const& domain) { return print(table.find(domain)); };
  EXPECT_EQ(find("elsewhere.example"), "smtp:smart.example:587");
  EXPECT_EQ(find("example.net"), "smtp:smart.example:587") << "subdomains only";
  EXPECT_EQ(find("a.b.example.net"), "smtp:net.example:25");
  EXPECT_EQ(find("deep.example.net"), "mx:deep.example.net");
  EXPECT_EQ(print(RouteTable{}.find("any.example")), "mx:any.example");
}

TEST(RouteTable, FindsAnotherWayForMessagesThatAreMoved) {
  RouteTable table;
  table.rules["backup.example"] = *parse_route("smtp:backup.example:25");
  auto const to = address("x@elsewhere.example");
  EXPECT_EQ(print(table.named("backup.example", to)), "smtp:backup.example:25");
  EXPECT_EQ(print(table.named("smtp:other.example:26", to)), "smtp:other.example:26");
  EXPECT_EQ(print(table.named("mx", to)), "mx:elsewhere.example");
}

TEST(Route, OfAnAddress) {
  auto const directory = example_policy("maildir:/m").directory;
  auto const find = [&](std::string_view a) { return print(route_for(directory, {}, address(a))); };
  EXPECT_EQ(find("alice@example.org"), "maildir:/m");
  EXPECT_EQ(find("x@elsewhere.example"), "mx:elsewhere.example");
  EXPECT_EQ(find("x@[192.0.2.7]"), "smtp:192.0.2.7:25 literal");  // RFC 5321 section 4.1.3
  EXPECT_EQ(find("gone@example.org"), "nowhere");
}

}  // namespace
}  // namespace postern::delivery

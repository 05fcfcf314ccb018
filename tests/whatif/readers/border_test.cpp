// Which Received field is that of the own border.
#include "whatif/readers/border.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

ReceivedHop hop(std::string const& by, std::string const& client,
                std::string const& from = "mail.x.example") {
  ReceivedHop out;
  out.has_from = true;
  out.helo = from;
  out.client_name = from;
  out.client = IpAddress::parse(client);
  out.by = by;
  out.with = "ESMTP";
  return out;
}

TEST(Border, IsTheTopmostHopThatTheOwnHostWroteForAStranger) {
  std::vector<ReceivedHop> const hops{hop("inner.y.example", "192.0.2.25", "mx.y.example"),
                                      hop("mx.y.example", "198.51.100.7"),
                                      hop("mail.x.example", "203.0.113.4")};
  EXPECT_EQ(Border({"y.example"}).find(hops), &hops[1]);  // a domain stands for all hosts in it
  EXPECT_EQ(Border({"MX.y.example"}).find(hops), &hops[1]);
  EXPECT_EQ(Border({"example"}).find(hops), nullptr);  // all hosts here are its own
  EXPECT_EQ(Border({"z.example"}).find(hops), nullptr);
  EXPECT_EQ(Border({"x.y.example"}).find(hops), nullptr);
}

TEST(Border, IsInferredAsTheFirstHopFromAPublicAddress) {
  Border const border({});
  EXPECT_TRUE(border.inferred());
  for (auto const* inner :
       {"10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.0.1", "fd00::1", "fe80::1", "127.0.0.1"}) {
    std::vector<ReceivedHop> const hops{hop("inner.y.example", inner), hop("mx.y.example", "2001:db8::7")};
    EXPECT_EQ(border.find(hops), &hops[1]) << inner;
  }
}

TEST(Border, StepsInsideAreNoBorder) {
  auto lmtp = hop("inner.y.example", "198.51.100.7"), mapi = lmtp, web = lmtp, filter = lmtp, nobody = lmtp;
  lmtp.with = "LMTP";
  mapi.with = "MAPI";
  web.with = "HTTPS";
  filter.by = "amavis";
  nobody.has_from = false;
  for (auto const& inside : {lmtp, mapi, web, filter, nobody})
    EXPECT_EQ(Border({}).find({inside}), nullptr) << inside.with << " by " << inside.by;
}

}  // namespace
}  // namespace postern::tests

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

TEST(Border, AHeloInOurNameDoesNotHideTheHopThatCounts) {
  auto forged = hop("mx.y.example", "203.0.113.66", "mx.y.example");
  forged.client_name.clear();
  std::vector<ReceivedHop> const hops{forged, hop("mx.y.example", "198.51.100.7")};
  EXPECT_EQ(Border({"y.example"}).find(hops), &hops[0]);
  auto inner = forged;
  inner.client = IpAddress::parse("10.0.0.25");
  std::vector<ReceivedHop> const relayed{inner, hop("mx.y.example", "198.51.100.7")};
  EXPECT_EQ(Border({"y.example"}).find(relayed), &relayed[1]);
}

TEST(Border, OfMicrosoft365IsTheHostThatTakesMailFromOutside) {
  auto microsoft = [](std::string const& by, std::string const& client, std::string const& from) {
    auto out = hop(by, client, from);
    out.client_name.clear();
    out.with = "MICROSOFT";
    out.writer = HopWriter::exchange;
    return out;
  };
  for (std::string const cloud :
       {"mail.protection.outlook.com", "eop-eur06.prod.protection.outlook.com", "mail.eo.outlook.com",
        "mail.protection.outlook.us", "mail.protection.partner.outlook.cn"}) {
    std::vector<ReceivedHop> const hops{
        microsoft("b.namprd19.prod.outlook.com", "2001:db8::1", "a.eurp191.prod.outlook.com"),
        microsoft("a.outlook.office365.com", "2001:db8::2", "ft032.eop-eur06.prod.protection.outlook.com"),
        microsoft("ft032." + cloud, "198.51.100.7", "x.prod.outlook.com"),  // a HELO like any other
        microsoft("ft033." + cloud, "203.0.113.4", "mail.x.example")};
    EXPECT_EQ(Border({}).find(hops), &hops[2]) << cloud;
  }
}

TEST(Border, ExchangeSaysWhichOfItsHostsTookTheMessage) {
  auto exchange = [](std::string const& by, std::string const& client) {
    auto out = hop(by, client);
    out.with = "MICROSOFT";
    out.writer = HopWriter::exchange;
    return out;
  };
  std::vector<ReceivedHop> const hops{exchange("ex01.y.example", "192.0.2.107"),
                                      exchange("ft032.mail.protection.outlook.com", "198.51.100.7"),
                                      exchange("other.x.example", "203.0.113.4")};
  EXPECT_EQ(Border({}).find(hops), &hops[0]);
  EXPECT_EQ(Border({}).find(hops, "FT032.eop-eur06.prod.protection.outlook.com"), &hops[1]);
  EXPECT_EQ(Border({}).find(hops, "elsewhere.example"), &hops[0]);
  auto others = hops;
  others[0].writer = HopWriter::postfix;  // no Exchange took a stranger's AuthSource away
  others[0].with = "ESMTP";
  EXPECT_EQ(Border({}).find(others, "FT032.eop-eur06.prod.protection.outlook.com"), &others[0]);
}

TEST(Border, MailThatWasFetchedOrPassedThroughAFilterCameOverAnEarlierHop) {
  auto fetched = hop("localhost", "198.51.100.1"), filter = fetched, itself = fetched, local = fetched;
  fetched.with = "POP3";
  filter.writer = HopWriter::amavis;
  itself.by_address = itself.client;
  for (auto const& inside : {fetched, filter, itself}) {
    std::vector<ReceivedHop> const hops{inside, hop("mx.y.example", "198.51.100.7")};
    EXPECT_EQ(Border({}).find(hops), &hops[1]);
  }
  std::vector<ReceivedHop> const hops{local};
  EXPECT_EQ(Border({}).find(hops), &hops[0]);  // a host that calls itself localhost
}

}  // namespace
}  // namespace postern::tests

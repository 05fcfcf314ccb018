// What receivers publish: DNS records, TLSA, MTA-STS, the answer to EHLO.
#include <gtest/gtest.h>

#include "wire/dns_records.hpp"
#include "wire/extensions.hpp"
#include "wire/mta_sts.hpp"
#include "wire/tlsa.hpp"

namespace postern::wire {
namespace {

using namespace std::string_literals;

TEST(DnsRecords, AreReadWithinTheirBounds) {
  EXPECT_EQ(parse_dns_name("\3MX1\7example\0"s), "mx1.example");
  EXPECT_EQ(parse_dns_name("\0"s), ".");
  for (auto const& bad : {""s, "\3mx"s, "\3mx1"s, "\100x\0"s}) EXPECT_FALSE(parse_dns_name(bad));
  auto const mx = parse_mx("\0\12\2mx\0"s);
  EXPECT_EQ(mx->preference, 10);
  EXPECT_EQ(mx->host, "mx");
  EXPECT_EQ(parse_mx("\0\0\0"s)->host, ".");  // RFC 7505 section 3
  EXPECT_FALSE(parse_mx("\0\12"s));
  EXPECT_EQ(parse_txt("\3abc\2de"s), "abcde");
  EXPECT_FALSE(parse_txt("\4abc"s));
  EXPECT_EQ(parse_address(DnsType::a, "\300\0\2\1"s)->print(), "192.0.2.1");
  EXPECT_FALSE(parse_address(DnsType::aaaa, "\300\0\2\1"s));
}

TEST(Tlsa, IsUsableWhenMailClientsCanGoByIt) {  // RFC 7672 section 3.1
  auto const usable = [](int usage, int selector, int matching, std::size_t length) {
    std::string data{static_cast<char>(usage), static_cast<char>(selector), static_cast<char>(matching)};
    auto const tlsa = parse_tlsa(data + std::string(length, 'x'));
    return tlsa && tlsa->usable();
  };
  EXPECT_TRUE(usable(3, 1, 1, 32));
  EXPECT_TRUE(usable(2, 0, 2, 64));
  EXPECT_TRUE(usable(3, 0, 0, 500));
  EXPECT_FALSE(usable(1, 1, 1, 32));
  EXPECT_FALSE(usable(0, 1, 1, 32));
  EXPECT_FALSE(usable(3, 2, 1, 32));
  EXPECT_FALSE(usable(3, 1, 3, 32));
  EXPECT_FALSE(usable(3, 1, 1, 31));
  EXPECT_FALSE(parse_tlsa("\3\1\1"s));
}

TEST(MtaSts, RecordHasOneVersionAndAnId) {  // RFC 8461 section 3.1
  EXPECT_EQ(parse_sts_record({"v=STSv1; id=20261124T1;", "other"}), "20261124T1");
  EXPECT_EQ(parse_sts_record({"v=STSv1 ;x=y; id=a"}), "a");
  for (auto const& records : std::vector<std::vector<std::string>>{{},
                                                                   {"v=STSv1"},
                                                                   {"v=STSv1; id="},
                                                                   {"v=STSv1; id=a-b"},
                                                                   {"v=STSv1\n"},
                                                                   {"v=STSv2; id=a"},
                                                                   {"v=STSv1; id=a", "v=STSv1; id=b"},
                                                                   {"v=STSv1; id=" + std::string(33, 'a')}})
    EXPECT_FALSE(parse_sts_record(records));
}

TEST(MtaSts, PolicyIsReadAndPrinted) {  // RFC 8461 section 3.2
  auto const policy = parse_sts_policy(
      "version: STSv1\nmode: enforce\r\nmx: MX.example.org\nmx: *.example.net\nmax_age: 86400\nother: "
      "x\nmode: none\n");
  ASSERT_TRUE(policy);
  EXPECT_EQ(print(*parse_sts_policy(print(*policy))), print(*policy));
  EXPECT_EQ(policy->mode, StsMode::enforce);
  EXPECT_TRUE(policy->lists("mx.example.org"));
  EXPECT_TRUE(policy->lists("a.example.net"));
  for (auto const* host : {"example.net", "a.b.example.net", "x.mx.example.org", ".example.net"})
    EXPECT_FALSE(policy->lists(host)) << host;
  EXPECT_TRUE(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 1\n"));
  for (auto const* text :
       {"", "mode: enforce\nmx: a.example\nmax_age: 1", "version: STSv2\nmode: none\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: maybe\nmx: a.example\nmax_age: 1",
        "version: STSv1\nmode: none\nmax_age: -1", "version: STSv1\nmode: none\nmax_age: 99999999999",
        "version: STSv1\nmode: enforce\nmx: *.*.example\nmax_age: 1", "version STSv1"})
    EXPECT_FALSE(parse_sts_policy(text)) << text;
  EXPECT_FALSE(parse_sts_policy(std::string(sts_policy_limit + 1, ' ')));
  EXPECT_EQ(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 4000000000\n")->max_age.count(),
            31'557'600);
}

TEST(PeerExtensions, AreReadLeniently) {
  auto const e = parse_extensions(
      "host PIPELINING\npipelining\nSIZE\nAUTH=PLAIN LOGIN\nLIMITS MAILMAX=5 RCPTMAX=x\n8BITMIME\nDSN \nFROB "
      "1");
  EXPECT_TRUE(e.pipelining && e.size && e.auth_plain && e.auth_login && e.eight_bit_mime && e.dsn);
  EXPECT_EQ(e.size_limit, 0U);
  EXPECT_EQ(e.max_mails, 5U);
  EXPECT_EQ(e.max_recipients, 0U);
  EXPECT_FALSE(e.starttls || e.chunking);
  EXPECT_EQ(parse_extensions("h\nSIZE 1000").size_limit, 1000U);
  EXPECT_FALSE(parse_extensions("STARTTLS").starttls) << "the first line is the greeting";
}

}  // namespace
}  // namespace postern::wire

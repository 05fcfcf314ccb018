#include <gtest/gtest.h>

#include "base/address.hpp"
#include "base/ascii.hpp"
#include "base/byte_size.hpp"
#include "base/domain.hpp"
#include "base/hex.hpp"
#include "base/id_source.hpp"
#include "base/instant.hpp"
#include "base/ip_address.hpp"
#include "base/message_id.hpp"
#include "base/utf8.hpp"

namespace postern {
namespace {

TEST(Domain, TakesNamesAndComparesThemWithoutCase) {
  EXPECT_EQ(Domain::parse("Example.ORG")->a_label(), "example.org");
  EXPECT_EQ(Domain::parse("Example.ORG")->text(), "Example.ORG");
  EXPECT_EQ(*Domain::parse("a-b.example"), *Domain::parse("A-B.EXAMPLE"));
  EXPECT_TRUE(Domain::parse("host_1.example"));
  EXPECT_TRUE(Domain::parse("localhost"));
}

TEST(Domain, ComparesULabelsByTheirALabels) {  // RFC 5890 section 2.3.2.1
  EXPECT_EQ(Domain::parse("bücher.example")->a_label(), "xn--bcher-kva.example");
  EXPECT_EQ(*Domain::parse("bücher.example"), *Domain::parse("XN--BCHER-KVA.example"));
}

TEST(Domain, RefusesWhatIsNone) {
  for (auto const* text :
       {"", ".", "a..b", ".a", "a.", "-a.example", "a-.example", "a b", "a/b", "a@b", "\xff.example"})
    EXPECT_FALSE(Domain::parse(text)) << text;
  EXPECT_FALSE(Domain::parse(std::string(64, 'a') + ".example"));
  std::string const label = std::string(63, 'a') + ".";
  EXPECT_FALSE(Domain::parse(label + label + label + label + "example"));
}

TEST(IpAddress, ParsesAndPrints) {
  for (auto const* text : {"192.0.2.1", "::1", "2001:db8::1", "0.0.0.0"})
    EXPECT_EQ(IpAddress::parse(text)->print(), text);
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->print(), "192.0.2.1");
  for (auto const* text : {"", "1.2.3", "1.2.3.4.5", "300.1.1.1", "hello", ":::", "1.2.3.4 ", "01.2.3.4",
                           "1.2.3.04", "1..2.3", "1.2.3.", ".1.2.3.4", "256.1.1.1", "1.2.3.4444"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->print_literal(), "[IPv6:2001:db8::1]");
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->print_arpa(), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->print_arpa(),
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  EXPECT_TRUE(IpAddress::parse("127.9.9.9")->is_loopback());
  EXPECT_TRUE(IpAddress::parse("::1")->is_loopback());
  EXPECT_FALSE(IpAddress::parse("128.0.0.1")->is_loopback());
}

TEST(Network, ContainsWhatSharesItsPrefix) {
  auto const network = *Network::parse("192.0.2.128/25");
  EXPECT_TRUE(network.contains(*IpAddress::parse("192.0.2.200")));
  EXPECT_FALSE(network.contains(*IpAddress::parse("192.0.2.127")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("8.8.8.8")));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_TRUE(Network::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(Network::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:8000::1")));
  EXPECT_TRUE(Network::parse("10.0.0.1")->contains(*IpAddress::parse("10.0.0.1")));
  EXPECT_EQ(network.print(), "192.0.2.128/25");
  for (auto const* text : {"", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::/129", "x/8", "1.2.3.4/8x"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

TEST(Duration, ParsesUnitsAndPrintsTheLargest) {
  EXPECT_EQ(parse_duration("90")->count(), 90'000'000);
  EXPECT_EQ(*parse_duration("5d"), std::chrono::hours(120));
  EXPECT_EQ(*parse_duration("250ms"), std::chrono::milliseconds(250));
  for (auto const* text : {"", "d", "-1s", "5 d", "5y", "99999999999999999w"})
    EXPECT_FALSE(parse_duration(text)) << text;
  for (auto const* text : {"0s", "5m", "90s", "4h", "5d", "250ms"})
    EXPECT_EQ(print_duration(*parse_duration(text)), text);
}

TEST(ByteSize, ParsesUnitsAndPrintsTheLargest) {
  EXPECT_EQ(*parse_byte_size("50MiB"), 50U << 20);
  for (auto const* text : {"4096", "64KiB", "2GiB"}) EXPECT_TRUE(parse_byte_size(text));
  for (auto const* text : {"", "MiB", "1.5MiB", "5MB", "-1", "99999999999GiB"})
    EXPECT_FALSE(parse_byte_size(text)) << text;
  EXPECT_EQ(print_byte_size(50U << 20), "50MiB");
  EXPECT_EQ(print_byte_size(1023), "1023");
}

TEST(MessageId, RoundTripsInEitherCase) {
  for (std::uint64_t value : {1ULL, 31ULL, 32ULL, 1795474834173569ULL, ~0ULL}) {
    auto const text = MessageId{value}.print();
    EXPECT_GE(text.size(), 11U);
    EXPECT_EQ(MessageId::parse(text)->value, value);
    EXPECT_EQ(MessageId::parse(lowered(text))->value, value);
  }
  for (auto const* text : {"", "short", "ABCDEFGHIJKL", "ZZZZZZZZZZZZZZ", "0000000000U"})
    EXPECT_FALSE(MessageId::parse(text)) << text;
}

TEST(IdSource, NeverGivesTheSameTwice) {
  IdSource source;
  auto const first = source.next(from_micros(100));
  EXPECT_EQ(first, 100U);
  EXPECT_EQ(source.next(from_micros(100)), 101U);
  EXPECT_EQ(source.next(from_micros(50)), 102U);
  source.seen(1000);
  EXPECT_EQ(source.next(from_micros(200)), 1001U);
}

TEST(Utf8, IsWellFormedOrNot) {  // RFC 3629 section 4
  for (auto const* text : {"", "abc", "ü", "€", "\xF0\x9F\x93\xA7"}) EXPECT_TRUE(is_utf8(text)) << text;
  for (auto const* text : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3",
                           "\xF8\x88\x80\x80\x80"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Address, QuotesWhatItMust) {
  auto const domain = *Domain::parse("example.org");
  EXPECT_EQ(Address("a.b", domain).print(), "a.b@example.org");
  EXPECT_EQ(Address("a b", domain).print(), "\"a b\"@example.org");
  EXPECT_EQ(Address("a\"\\b", domain).print(), "\"a\\\"\\\\b\"@example.org");
  EXPECT_EQ(Address("a..b", domain).print(), "\"a..b\"@example.org");
  EXPECT_EQ(Address("", domain).print(), "\"\"@example.org");
  EXPECT_EQ(Address("a", *IpAddress::parse("192.0.2.1")).print(), "a@[192.0.2.1]");
  EXPECT_TRUE(same_mailbox(Address("A", domain), Address("a", *Domain::parse("EXAMPLE.org"))));
  EXPECT_TRUE(Address("ü", domain).needs_smtputf8());
}

TEST(Text, IsMadeHarmlessForLogs) {
  EXPECT_EQ(printable("a\r\n\x01\xff b"), "a???? b");
  EXPECT_EQ(printable(std::string(1000, 'x')).size(), 256U);
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_TRUE(istarts_with("MAIL from:", "mail FROM:"));
  std::array<std::uint8_t, 3> const bytes{0x00, 0xAB, 0x0F};
  EXPECT_EQ(hex(bytes), "00ab0f");
}

}  // namespace
}  // namespace postern

#include "wire/milter_packet.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using namespace std::string_literals;

TEST(MilterPacket, ComesWholeOrNotYet) {
  auto const packet = print_milter_packet('H', "mail.far.example\0"s);
  for (std::size_t length = 0; length < packet.size(); ++length) {
    std::size_t taken = 1;
    auto const read = read_milter_packet(packet.substr(0, length), taken);
    ASSERT_TRUE(read);
    EXPECT_FALSE(*read);
    EXPECT_EQ(taken, 0U);
  }
  std::size_t taken = 0;
  auto const bytes = packet + "more";
  auto const read = read_milter_packet(bytes, taken);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->command, MilterCommand::helo);
  EXPECT_EQ((*read)->data, "mail.far.example\0"s);
  EXPECT_EQ(taken, packet.size());
}

TEST(MilterPacket, OfAnImpossibleLengthOrCommandIsAnError) {
  std::size_t taken = 0;
  EXPECT_FALSE(read_milter_packet("\0\0\0\0H"s, taken));
  EXPECT_FALSE(read_milter_packet("\xFF\0\0\1H"s, taken));
  EXPECT_FALSE(read_milter_packet("\0\0\0\1z"s, taken));
}

TEST(MilterPacket, TellsClientMacrosAndStrings) {
  auto const four = parse_milter_connect("mail.far.example\0"s + "4\x12\x34" + "192.0.2.1\0"s);
  ASSERT_TRUE(four);
  EXPECT_EQ(four->name, "mail.far.example");
  EXPECT_EQ(four->port, 0x1234);
  EXPECT_EQ(four->client, IpAddress::parse("192.0.2.1"));
  auto const six = parse_milter_connect("[x]\0"s + "6\0\x19"s + "IPv6:2001:db8::1\0"s);
  ASSERT_TRUE(six);
  EXPECT_EQ(six->client, IpAddress::parse("2001:db8::1"));
  EXPECT_TRUE(parse_milter_connect("localhost\0L"s));
  EXPECT_FALSE(parse_milter_connect("no end"));
  EXPECT_FALSE(parse_milter_connect("x\0"s + "4"));
  auto const data = "H{tls_version}\0TLSv1.3\0j\0mx.example.org\0lonely\0"s;
  auto const macros = parse_milter_macros(data);
  EXPECT_EQ(macros.of, 'H');
  ASSERT_EQ(macros.values.size(), 2U);
  EXPECT_EQ(macros.values[0].first, "tls_version");
  EXPECT_EQ(macros.values[0].second, "TLSv1.3");
}

TEST(MilterPacket, AnswersAreOneLine) {
  EXPECT_EQ(print_milter_reply("450 4.7.10 100% a\nb"), "\0\0\0\x15y450 4.7.10 100  a?b\0"s);
  EXPECT_EQ(print_milter_header("X-A", "b"), "\0\0\0\x0bi\0\0\0\0X-A\0b\0"s);
  EXPECT_FALSE(parse_milter_offer("short"));
  EXPECT_EQ(parse_milter_offer(print_milter_offer({6, 1, 2}).substr(5))->protocol, 2U);
}

}  // namespace
}  // namespace postern::wire

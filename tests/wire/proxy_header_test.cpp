#include "wire/proxy_header.hpp"

#include <gtest/gtest.h>

#include "support/exhaustive.hpp"

namespace postern::wire {
namespace {

std::string version2(int command, int family, std::string const& behind) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += static_cast<char>(0x20 | command);
  header += static_cast<char>(family);
  header += static_cast<char>(behind.size() >> 8);
  header += static_cast<char>(behind.size() & 255);
  return header + behind;
}

// Until the whole header is there nothing is said, and what follows it does not matter: so a reader may take
// what is not yet a header, and takes nothing but the header.
void expect_cut(std::string const& header) {
  auto const whole = parse_proxy_header(header);
  ASSERT_TRUE(whole && *whole);
  ASSERT_EQ((*whole)->length, header.size());
  for (std::size_t cut = 0; cut < header.size(); ++cut) {
    auto const part = parse_proxy_header(header.substr(0, cut));
    ASSERT_TRUE(part && !*part) << cut;
  }
  for (auto const* behind : {"\x16\x03\x01", "EHLO x\r\n", "\r\n", "PROXY UNKNOWN\r\n"}) {
    auto const read = parse_proxy_header(header + behind);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->length, header.size());
    EXPECT_EQ((*read)->client, (*whole)->client);
  }
}

TEST(ProxyVersion1, TakesMappedAddressesForTheIpv4ClientsThatTheyAre) {
  auto const header = parse_proxy_header("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 4000 25\r\n");
  ASSERT_TRUE(header && *header && (*header)->has_client);
  EXPECT_EQ((*header)->client, *IpAddress::parse("192.0.2.7"));
  auto const mixed = parse_proxy_header("PROXY TCP6 2001:db8::7 ::ffff:192.0.2.1 4000 25\r\n");
  ASSERT_TRUE(mixed && *mixed);
  EXPECT_EQ((*mixed)->client.print(), "2001:db8::7");
}

TEST(ProxyVersion1, PassesOverWhatStandsBehindUnknown) {
  for (auto const* header :
       {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n",
        "PROXY UNKNOWN whatever it is\r\n"}) {
    expect_cut(header);
    EXPECT_FALSE((*parse_proxy_header(header))->has_client);
  }
}

TEST(ProxyVersion1, SaysWhatIsWrong) {
  auto const error = [](std::string_view text) { return parse_proxy_header(text).error(); };
  EXPECT_EQ(error("EHLO x\r\n"), ProxyError::not_proxy);
  EXPECT_EQ(error("\x16\x03\x01"), ProxyError::not_proxy) << "a ClientHello";
  EXPECT_EQ(error("PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n"), ProxyError::unknown_family);
  EXPECT_EQ(error("PROXY TCP4 ::1 ::1 1 2\r\n"), ProxyError::malformed);
  EXPECT_EQ(error("PROXY TCP4 ::ffff:192.0.2.1 192.0.2.2 1 2\r\n"), ProxyError::malformed);
  EXPECT_EQ(error("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n"), ProxyError::malformed);
  EXPECT_EQ(error("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n"), ProxyError::malformed);
  EXPECT_EQ(error("PROXY UNKNOWN " + std::string(100, 'x')), ProxyError::too_long);
  for (auto const kind : {ProxyError::not_proxy, ProxyError::malformed, ProxyError::unknown_version,
                          ProxyError::unknown_family, ProxyError::too_long})
    EXPECT_FALSE(explain(kind).empty());
}

TEST(ProxyVersion1, IsSeenOnlyWhenItIsAllThere) {
  expect_cut("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n");
  expect_cut("PROXY TCP6 2001:db8::1 ::1 1 2\r\n");
  tests::for_each_string("\r\nPROX UNKW", 5, [](std::string_view behind) {
    std::string const bytes = "PROXY UNKNOWN" + std::string(behind);
    auto const header = parse_proxy_header(bytes);
    auto const end = bytes.find("\r\n");
    ASSERT_TRUE(header || bytes[13] != ' ') << testing::PrintToString(bytes);
    if (header) ASSERT_EQ(header->has_value(), end != std::string::npos) << testing::PrintToString(bytes);
    if (header && *header) ASSERT_EQ((*header)->length, end + 2);
  });
}

TEST(ProxyVersion2, ServesEveryFamilyThatTheProtocolAllows) {
  std::string const addresses(216, '\1');
  for (int command = 0; command < 16; ++command)
    for (int family = 0; family < 256; ++family) {
      auto const header = parse_proxy_header(version2(command, family, addresses));
      bool const known = (family >> 4) <= 3 && (family & 15) <= 2;
      ASSERT_EQ(header.has_value(), command == 0 || (command == 1 && known)) << command << " " << family;
      if (!header) continue;
      ASSERT_TRUE(*header);
      EXPECT_EQ((*header)->length, 16U + 216U);
      bool const tcp = family == 0x11 || family == 0x21;
      EXPECT_EQ((*header)->has_client, command == 1 && tcp) << "others stand for themselves: " << family;
    }
}

TEST(ProxyVersion2, TakesMappedAddressesForTheIpv4ClientsThatTheyAre) {
  std::string addresses = std::string(10, '\0') + "\xff\xff\xc0" + std::string(1, '\0') + "\2\7";
  addresses += std::string(16, '\0') + std::string("\x12\x34\0\x19", 4);
  auto const header = parse_proxy_header(version2(1, 0x21, addresses));
  ASSERT_TRUE(header && *header);
  EXPECT_EQ((*header)->client.print(), "192.0.2.7");
  EXPECT_EQ((*header)->client_port, 0x1234);
}

TEST(ProxyVersion2, PassesOverAsManyTlvsAsTheLengthCanSay) {
  for (std::size_t const length : {12U, 13U, 600U, 65'535U}) {
    auto const header = version2(1, 0x11, std::string(length, '\2'));
    auto const read = parse_proxy_header(header + "behind");
    ASSERT_TRUE(read && *read) << length;
    EXPECT_EQ((*read)->length, header.size());
    EXPECT_TRUE((*read)->has_client);
    auto const cut = parse_proxy_header(std::string_view(header).substr(0, header.size() - 1));
    ASSERT_TRUE(cut) << length;
    EXPECT_FALSE(*cut);
  }
  EXPECT_LE(version2(1, 0x11, std::string(65'535, '\2')).size(), proxy_header_limit);
}

TEST(ProxyVersion2, RefusesAddressesThatAreCut) {
  EXPECT_EQ(parse_proxy_header(version2(1, 0x11, std::string(11, '\1'))).error(), ProxyError::malformed);
  EXPECT_EQ(parse_proxy_header(version2(1, 0x21, std::string(35, '\1'))).error(), ProxyError::malformed);
  EXPECT_EQ(parse_proxy_header(version2(2, 0x11, std::string(12, '\1'))).error(),
            ProxyError::unknown_version);
  EXPECT_EQ(parse_proxy_header(version2(1, 0x41, std::string(12, '\1'))).error(), ProxyError::unknown_family);
}

TEST(ProxyVersion2, IsSeenOnlyWhenItIsAllThere) {
  expect_cut(version2(1, 0x11, std::string(12, '\1')));
  expect_cut(version2(1, 0x21, std::string(50, '\1')));
  expect_cut(version2(1, 0x31, std::string(216, '\1')));
  expect_cut(version2(0, 0x00, ""));
}

}  // namespace
}  // namespace postern::wire

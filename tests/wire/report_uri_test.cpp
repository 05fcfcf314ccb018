#include "wire/report_uri.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "support/exhaustive.hpp"

namespace postern::wire {
namespace {

std::string mailto(std::string_view uri) {
  auto const address = mailto_address(uri);
  return address ? address->print() : "none";
}

TEST(ReportUri, DecodesEveryOctetAndNothingElse) {  // RFC 3986 section 2.1
  for (int octet = 0; octet < 256; ++octet)
    for (auto const* form : {"%%%02X", "%%%02x"}) {
      std::array<char, 4> escape{};
      std::snprintf(escape.data(), escape.size(), form, static_cast<unsigned>(octet));
      EXPECT_EQ(decode_percent(escape.data()), std::string(1, static_cast<char>(octet)));
    }
  tests::for_each_string("%2bG", 5, [](std::string_view text) {
    auto const decoded = decode_percent(text);
    bool malformed = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') continue;
      malformed = malformed || i + 2 >= text.size() || text[i + 1] == '%' || text[i + 1] == 'G' ||
                  text[i + 2] == '%' || text[i + 2] == 'G';
      i += 2;
    }
    ASSERT_EQ(decoded.has_value(), !malformed) << text;
  });
}

TEST(ReportUri, NamesTheMailboxOfAMailto) {  // RFC 6068 section 2, RFC 8460 section 3
  EXPECT_EQ(mailto("mailto:tls%2Breports@d.example"), "tls+reports@d.example");
  EXPECT_EQ(mailto("MAILTO:tls@d.example?subject=a%20b"), "tls@d.example");
  EXPECT_EQ(mailto("mailto:a%21b@d.example"), "a!b@d.example");
  EXPECT_EQ(mailto("mailto:%22a%2Cb%22@d.example"), "\"a,b\"@d.example");
  EXPECT_EQ(mailto("mailto:%74%6C%73%40d.example"), "tls@d.example");
  EXPECT_EQ(mailto("mailto:t@d.example#part"), "t@d.example");
  for (auto const* uri : {"mailto:", "mailto:postmaster", "mailto:a%2@d.example", "mailto:a%zz@d.example",
                          "mailto:a@b@c", "mailto:a%0D%0Ab@d.example", "mailto:%22a%0Db%22@d.example",
                          "mailto:a@d.example%2Cb@d.example", "https://d.example/", "tls@d.example"})
    EXPECT_EQ(mailto(uri), "none") << uri;
}

TEST(ReportUri, NamesTheHostAndThePortOfAnHttps) {  // RFC 3986 section 3.2
  auto const place = [](std::string_view uri) {
    auto const found = https_place(uri);
    return found ? found->host + " " + std::to_string(found->port) : "none";
  };
  EXPECT_EQ(place("https://d.example/tls?x=%2F"), "d.example 443");
  EXPECT_EQ(place("HTTPS://D.example"), "d.example 443");
  EXPECT_EQ(place("https://d%2Eexample:8443/"), "d.example 8443");
  EXPECT_EQ(place("https://user:secret@d.example/"), "d.example 443");
  EXPECT_EQ(place("https://d.example:/"), "d.example 443");
  EXPECT_EQ(place("https://d.example?a@b"), "d.example 443");
  for (auto const* uri : {"https://", "https:///x", "https://[2001:db8::1]/", "https://d.example:0/",
                          "https://d.example:99999/", "https://d.example:x/", "https://d%zz/",
                          "http://d.example/", "mailto:a@d.example"})
    EXPECT_EQ(place(uri), "none") << uri;
}

}  // namespace
}  // namespace postern::wire

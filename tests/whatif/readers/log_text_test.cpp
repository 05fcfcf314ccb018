// Cutting values out of a line.
#include "whatif/readers/log_text.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(LogText, TlsVersionsAsServersWriteThem) {
  for (auto const& [text, expected] : {std::pair<std::string_view, std::string_view>{"TLSv1.3", "TLSv1.3"},
                                       {"TLS1.3:X:256", "TLSv1.3"},
                                       {"TLS1_2", "TLSv1.2"},
                                       {"TLSv1_3", "TLSv1.3"},
                                       {"TLS-1.1", "TLSv1.1"},
                                       {"TLSv1/SSLv3", ""},
                                       {"TLS1.0:DHE", "TLSv1"},
                                       {"SSLv3", "SSLv3"},
                                       {"TLSv1.9", ""},
                                       {"TLS_AES_128", ""},
                                       {"", ""}})
    EXPECT_EQ(tls_version_name(text), expected) << text;
}

TEST(LogText, PeersAndPaths) {
  auto const named = bracketed_peer("mail.example[192.0.2.1]:25");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->name, "mail.example");
  EXPECT_EQ(bracketed_peer("unknown[IPv6:2001:db8::1]")->address.print(), "2001:db8::1");
  EXPECT_TRUE(bracketed_peer("unknown[192.0.2.1]")->name.empty());
  EXPECT_FALSE(bracketed_peer("mail.example"));
  EXPECT_EQ(angle_path("from=<a@b.example>, size=1", "from="), "a@b.example");
  EXPECT_EQ(angle_path("from=<\"a>b\"@c.example>", "from="), "\"a>b\"@c.example");
  EXPECT_EQ(angle_path("from=<>", "from="), "");
  EXPECT_FALSE(angle_path("to=<a@b.example>", "from="));
  EXPECT_EQ(openssl_reason("error:0A0000C1:SSL routines::no shared cipher:../ssl/x.c:1:"),
            "no shared cipher");
  EXPECT_EQ(openssl_reason("io-error: error:0A000102:SSL routines::unsupported protocol"),
            "unsupported protocol");
}

TEST(LogText, AValueEndsAtItsQuoteOrAtWhatStandsBehindIt) {
  EXPECT_EQ(value_at("a=b c=d", 2, " ").text, "b");
  EXPECT_EQ(value_at("a=b c=d", 2, " ").end, 3U);
  EXPECT_EQ(value_at("a = b, c = d", 4, ", ").text, "b");
  EXPECT_EQ(value_at(R"(a="b\" c=" d)", 2, " ").text, R"(b\" c=)");
  EXPECT_EQ(value_at(R"(a="b c" d)", 2, " ").end, 7U);
  for (std::string_view const open : {R"(a="b)", R"(a="b\)", R"(a=")"})
    EXPECT_EQ(value_at(open, 2, " ").end, open.size()) << open;
  EXPECT_EQ(value_at("a=", 2, " ").text, "");
}

}  // namespace
}  // namespace postern::tests

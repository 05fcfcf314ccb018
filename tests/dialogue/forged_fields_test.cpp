#include "dialogue/forged_fields.hpp"

#include <gtest/gtest.h>

#include "dialogue/content.hpp"

namespace postern::dialogue {
namespace {

SmtpSettings const forged_settings;

std::string without_forged(std::string_view content, std::size_t piece = 1000) {
  std::string const sent = std::string(content) + "\r\n.\r\n";
  Content reader(forged_settings);
  reader.take_out_forged("mx.example.org");
  std::string kept;
  for (std::size_t at = 0; reader.wants_more();)
    at += reader.feed(std::string_view(sent).substr(at, piece), kept);
  return kept;
}

TEST(ForgedFields, AreTakenOutWhole) {  // RFC 8601 section 5
  for (auto const* forged :
       {"Authentication-Results: mx.example.org; dkim=pass\r\n",
        "authentication-results : MX.Example.Org; none\r\n",
        "Authentication-Results:\r\n (of (us)) mx.example.org\r\n\t; dmarc=pass\r\n",
        "Authentication-Results: \"mx.example.org\" 1; spf=pass\r\n",
        "Authentication-Results: mx.example.org/1; spf=pass\r\n", "Authentication-Results: ; spf=pass\r\n",
        "X-Spam-Status: No\r\n", "X-Spamd-Result: default: False\r\n", "X-Postern-Flag: rule; x\r\n"})
    for (std::size_t const piece : {1, 3, 1000})
      EXPECT_EQ(without_forged("Subject: x\r\n" + std::string(forged) + "To: y\r\n\r\nbody", piece),
                "Subject: x\r\nTo: y\r\n\r\nbody\r\n")
          << forged;
}

TEST(ForgedFields, AreNotThoseOfOthers) {
  for (auto const* field :
       {"Authentication-Results: mx.elsewhere.example; dkim=pass\r\n",
        "Authentication-Results: mx.example.org.elsewhere.example;\r\n\tdkim=pass\r\n",
        "ARC-Authentication-Results: i=1; mx.example.org; dkim=pass\r\n", "X-Ham: yes\r\n"})
    for (std::size_t const piece : {1, 3, 1000}) {
      auto const content = std::string(field) + "To: y\r\n\r\nAuthentication-Results: mx.example.org; none";
      EXPECT_EQ(without_forged(content, piece), content + "\r\n") << field;
    }
}

TEST(ForgedFields, AreTakenOutAtTheEndOfTheHeaderAndOfTheContent) {
  EXPECT_EQ(without_forged("To: y\r\nAuthentication-Results: mx.example.org; none\r\n\r\nbody"),
            "To: y\r\n\r\nbody\r\n");
  EXPECT_EQ(without_forged("To: y\r\nAuthentication-Results: mx.example.org; none"), "To: y\r\n");
  EXPECT_EQ(without_forged("Authentication-Results: mx.example.org; none\r\nno field\r\n"),
            "\r\nno field\r\n\r\n");
}

TEST(ForgedFields, AreJudgedByTheirBeginningWhenTheyAreLong) {
  auto const comment = "(" + std::string(40'000, 'x') + ")";
  auto const hidden = "Authentication-Results: " + comment + " mx.example.org; dkim=pass\r\n";
  EXPECT_EQ(without_forged(hidden + "To: y\r\n\r\nbody"), "To: y\r\n\r\nbody\r\n");
  auto const others = "Authentication-Results: mx.elsewhere.example; " + comment + " dkim=pass\r\n";
  EXPECT_EQ(without_forged(others + "To: y\r\n\r\nbody"), others + "To: y\r\n\r\nbody\r\n");
}

TEST(ForgedFields, CountForSignaturesAllTheSame) {
  auto const sent = std::string("From: a@b.example\r\nX-Spam: x\r\n\r\nbody\r\n.\r\n");
  for (std::size_t const piece : {std::size_t{1}, std::size_t{5}, sent.size()}) {
    Content reader(forged_settings);
    reader.take_out_forged("mx.example.org");
    reader.verify();
    std::string kept;
    for (std::size_t at = 0; reader.wants_more();)
      at += reader.feed(std::string_view(sent).substr(at, piece), kept);
    EXPECT_EQ(kept, "From: a@b.example\r\n\r\nbody\r\n");
    ASSERT_TRUE(reader.message_check());
    auth::DnsView dns;
    EXPECT_FALSE(reader.message_check()->findings({}, dns)) << "the policy of b.example is wanted";
    EXPECT_TRUE(dns.wanted().contains({"_dmarc.b.example", wire::DnsType::txt}));
  }
}

}  // namespace
}  // namespace postern::dialogue

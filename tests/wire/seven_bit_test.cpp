#include "wire/seven_bit.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "support/exhaustive.hpp"
#include "wire/delivery_report.hpp"
#include "wire/mime.hpp"
#include "wire/path.hpp"
#include "wire/quoted_printable.hpp"

namespace postern::wire {
namespace {

std::string leaves_of(std::string_view message) {
  std::string out;
  for (auto const& leaf : mime_leaves(message)) out += leaf.type + "{" + leaf.content + "}";
  return out;
}

TEST(QuotedPrintable, IsReadBackAsItWas) {  // RFC 2045 section 6.7
  std::string const head = "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
  tests::for_each_string("a= \t\xE9.", 5, [&](std::string_view text) {
    std::string const lines = std::string(text) + "\r\n" + std::string(text) + "\r\n";
    auto const encoded = quoted_printable(lines);
    ASSERT_TRUE(is_ascii(encoded));
    ASSERT_EQ(leaves_of(head + encoded), "text/plain{" + lines + "}");
  });
}

TEST(QuotedPrintable, KeepsItsLinesShort) {
  for (std::size_t length = 0; length < 400; ++length) {
    auto const encoded = quoted_printable(std::string(length, length % 2 == 0 ? '=' : 'x'));
    for (std::size_t at = 0; at < encoded.size();) {
      auto const end = std::min(encoded.find("\r\n", at), encoded.size());
      ASSERT_LE(end - at, 76U) << length;
      at = end + 2;
    }
  }
}

TEST(SevenBit, ChangesNoPartsText) {  // RFC 6152 section 3
  for (auto const* message :
       {"Subject: x\r\n\r\ncaf\xE9 \r\n=\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding:\r\n 8bit\r\n\r\n\xC3\xA9",
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\npreamble\r\n--b\r\n\r\n\xE9\r\n--bc is text\r\n--b\r\n"
        "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: "
        "text/html\r\n\r\n\xE8\r\n"
        "--c--\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\nAAAA\r\n--b--\r\n"}) {
    auto const plain = to_seven_bit(message);
    ASSERT_TRUE(plain) << message;
    EXPECT_TRUE(is_ascii(*plain));
    EXPECT_NE(plain->find("Content-Transfer-Encoding: quoted-printable\r\n"), std::string::npos);
    EXPECT_EQ(plain->find("Encoding: 8bit"), std::string::npos);
  }
  auto const simple = to_seven_bit("Subject: x\r\n\r\ncaf\xE9\r\n\xE8");
  EXPECT_EQ(leaves_of(*simple), "text/plain{caf\xE9\r\n\xE8}");
  std::string const ascii = "Subject: x\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx\r\n";
  EXPECT_EQ(to_seven_bit(ascii), ascii);
}

TEST(SevenBit, KnowsWhereThereIsNoWay) {
  for (auto const* message :
       {"Subject: \xE9\r\n\r\nx\r\n", "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n\xE9\r\n",
        "Content-Type: multipart/mixed\r\n\r\n\xE9\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n\xE9\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n\xE9\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\n\xE9\r\n"})
    EXPECT_FALSE(to_seven_bit(message)) << message;
}

TEST(DeliveryReport, IsAsciiToAnAsciiAddress) {  // RFC 6533 section 3
  DeliveryReport report;
  report.reporting_mta = "mx.example.org";
  report.id = "R1";
  report.to = *parse_mailbox("s@far.example");
  report.recipients.push_back({.recipient = {.address = *parse_mailbox("\xC3\xA4+b@example.org"),
                                             .original = "\xC3\xBC",
                                             .orcpt = "utf-8;\xC3\xBC",
                                             .attempts = 1},
                               .status = {5, 1, 1},
                               .diagnostic = "550 \xE9",
                               .remote_mta = {}});
  EXPECT_FALSE(needs_smtputf8(report));
  auto const text = print(report);
  EXPECT_TRUE(is_ascii(text)) << text;
  EXPECT_NE(text.find("Final-Recipient: utf-8; \\x{E4}\\x{2B}b@example.org\r\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Content-Type: message/delivery-status\r\n"), std::string::npos);
}

}  // namespace
}  // namespace postern::wire

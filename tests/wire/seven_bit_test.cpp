#include "wire/seven_bit.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <random>

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "support/decoded_contents.hpp"
#include "support/line_ends.hpp"
#include "wire/content_intake.hpp"
#include "wire/delivery_report.hpp"
#include "wire/path.hpp"

namespace postern::wire {
namespace {

// What the plan says of the message, and how it is written, when it comes in pieces of `cut` bytes.
std::optional<std::string> converted(std::string_view message, std::size_t cut) {
  SevenBitPlan plan;
  for (std::size_t at = 0; at < message.size(); at += cut) plan.feed(message.substr(at, cut));
  plan.finish();
  if (!plan.obstacle().empty()) return std::nullopt;
  SevenBit converter(plan.forms());
  std::string out;
  for (std::size_t at = 0; at < message.size(); at += cut) converter.feed(message.substr(at, cut), out);
  converter.finish(out);
  return out;
}

std::string obstacle_of(std::string_view message) {
  SevenBitPlan plan;
  plan.feed(message);
  plan.finish();
  return plan.obstacle();
}

void expect_sound(std::string_view message) {
  auto const plain = to_seven_bit(message);
  ASSERT_EQ(converted(message, 1), plain) << testing::PrintToString(message);
  ASSERT_EQ(converted(message, 3), plain) << testing::PrintToString(message);
  if (!plain) return;
  ASSERT_TRUE(is_ascii(*plain)) << testing::PrintToString(message);
  ASSERT_EQ(tests::decoded_contents(*plain), tests::decoded_contents(message))
      << testing::PrintToString(message);
  ASSERT_EQ(to_seven_bit(*plain), plain) << testing::PrintToString(message);
  if (tests::only_crlf(message)) ASSERT_TRUE(tests::only_crlf(*plain)) << testing::PrintToString(message);
}

constexpr std::string_view mixed = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";

TEST(SevenBit, WritesTextAsQuotedPrintable) {  // RFC 6152 section 3
  for (auto const* message :
       {"Subject: x\r\n\r\ncaf\xE9 \r\n=\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding:\r\n 8bit\r\n\r\n\xC3\xA9",
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\npreamble\r\n--b\r\n\r\n\xE9\r\n- -bc is text\r\n--b\r\n"
        "Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: "
        "text/html\r\n\r\n\xE8\r\n"
        "--c--\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: "
        "base64\r\n\r\nAAAA\r\n--b--\r\n"}) {
    expect_sound(message);
    auto const plain = to_seven_bit(message);
    ASSERT_TRUE(plain) << message;
    EXPECT_NE(plain->find("Content-Transfer-Encoding: quoted-printable\r\n"), std::string::npos);
    EXPECT_NE(plain->find("MIME-Version: 1.0\r\n"), std::string::npos);
    EXPECT_EQ(plain->find("8bit"), plain->find("unknown-8bit") == std::string::npos
                                       ? std::string::npos
                                       : plain->find("unknown-8bit") + 8);
  }
  auto const simple = to_seven_bit("Subject: x\r\n\r\ncaf\xE9\r\n\xE8");
  EXPECT_EQ(*simple,
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9\r\n=E8");
}

TEST(SevenBit, WritesWhatIsNoTextAsBase64) {
  std::string const image("\x89PNG\r\n\x1A\n\0\xFF\r", 11);
  std::string const message = std::string(mixed) +
                              "\r\n--b\r\nContent-Type: image/png\r\n"
                              "Content-Transfer-Encoding: binary\r\n\r\n" +
                              image + "\r\n--b--\r\n";
  expect_sound(message);
  EXPECT_NE(
      to_seven_bit(message)->find("Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                                  base64(image) + "\r\n--b--\r\n"),
      std::string::npos);
  std::string russian;
  for (int i = 0; i < 200; ++i) russian += "\xD0\xB4";
  expect_sound("\r\n" + russian + "\r\n");
  EXPECT_NE(to_seven_bit("\r\n" + russian + "\r\n")->find("Encoding: base64\r\n"), std::string::npos)
      << "quoted-printable would be three times as long";
}

TEST(SevenBit, LeavesAloneWhatIsIn7BitsAlready) {
  for (std::string const message :
       {"", "\r\n", "Subject: x\r\n\r\nx\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\nx\r\n--b",
        "Content-Type: multipart/mixed\r\n\r\nno boundary\r\n"})
    EXPECT_EQ(to_seven_bit(message), message);
  EXPECT_EQ(to_seven_bit("MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n\r\nx\r\n"),
            "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n\r\nx\r\n");
}

TEST(SevenBit, GoesIntoMessagesWithinMessages) {  // RFC 2046 section 5.2.1
  std::string const message = std::string(mixed) +
                              "\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: "
                              "8bit\r\n\r\nSubject: y\r\n\r\n\xE9\r\n--b--\r\n";
  expect_sound(message);
  auto const plain = to_seven_bit(message);
  ASSERT_TRUE(plain);
  EXPECT_NE(plain->find("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
                        "Subject: y\r\nMIME-Version: 1.0\r\n"),
            std::string::npos)
      << *plain;
  std::string const digest =
      "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: y\r\n\r\n\xE9\r\n--b--\r\n";
  expect_sound(digest);
  EXPECT_NE(to_seven_bit(digest)->find("\r\n\r\nSubject: y\r\nMIME-Version: 1.0\r\n"), std::string::npos);
}

TEST(SevenBit, FindsThePartsOfBrokenMultiparts) {
  for (std::string const parts :
       {"\r\n--b\r\n\r\n\xE9", "\r\n--b\r\n\xE9 is no field\r\n--b--\r\n", "--b\r\n\r\n\xE9\r\n--b-- \t\r\n",
        "\r\n--b\r\nContent-Type: multipart/mixed; "
        "boundary=bc\r\n\r\n--bc\r\n\r\n\xE9\r\n--b\r\n\r\n\xE9\r\n",
        "\r\n--b\r\nContent-Type: text/plain\r\n--b\r\n\r\n\xE9\r\n--b--\r\n"}) {
    expect_sound(std::string(mixed) + parts);
    EXPECT_TRUE(to_seven_bit(std::string(mixed) + parts)) << parts;
  }
}

TEST(SevenBit, WritesQuestionMarksWhereNobodyReads) {  // RFC 2046 section 5.1.1: before the parts
  auto const plain = to_seven_bit(std::string(mixed) +
                                  "\r\npr\xC3\xA9"
                                  "amble\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue\r\n");
  ASSERT_TRUE(plain);
  EXPECT_NE(plain->find("\r\npr??amble\r\n--b"), std::string::npos);
}

TEST(SevenBit, KnowsWhereThereIsNoWay) {
  auto const part = [](std::string const& type) {
    return std::string(mixed) + "\r\n--b\r\nContent-Type: " + type + "\r\n\r\n\xE9\r\n--b--\r\n";
  };
  EXPECT_EQ(obstacle_of("Subject: \xE9\r\n\r\nx\r\n"), "a header field has 8-bit characters");
  EXPECT_EQ(obstacle_of(part("image/png; name=\"\xE9\"")), "a header field has 8-bit characters");
  for (auto const* type : {"multipart/signed; boundary=c", "message/partial", "message/external-body"})
    EXPECT_EQ(obstacle_of(part(type)).substr(0, 15), "a part of type ") << type;
  for (auto const* message :
       {"Content-Type: multipart/mixed\r\n\r\n\xE9\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n\xE9\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\n\xE9\r\n",
        "Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\xE9\r\n"})
    EXPECT_FALSE(to_seven_bit(message)) << message;
}

TEST(SevenBit, HasBounds) {
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" +
            std::to_string(i) + "\r\n";
  EXPECT_TRUE(to_seven_bit(deep + "\r\nx\r\n"));
  EXPECT_FALSE(to_seven_bit(deep + "\r\n\xE9\r\n"));
  std::string many(mixed);
  for (int i = 0; i < 10'001; ++i) many += "\r\n--b\r\n\r\n\xE9";
  EXPECT_EQ(obstacle_of(many), "it has more than 10,000 parts");
}

TEST(SevenBit, RefusesWhereReadersDisagreeOnThePartsOf8BitText) {  // RFC 2046 section 5.1.1
  std::string const text = "\r\n--b\r\nContent-Type: text/plain\r\n\r\n\xE9\r\n";
  EXPECT_EQ(obstacle_of(std::string(mixed) + text + "--b junk\r\n\r\nx\r\n--b--\r\n"),
            "a line of it may separate parts, or be text");
  EXPECT_EQ(obstacle_of(std::string(mixed) + "\r\n--b junk\r\n\r\n\xE9" + text + "--b--\r\n"),
            "a line of it may separate parts, or be text");
  EXPECT_EQ(obstacle_of(std::string(mixed) + text +
                        "--b--\r\n\r\n--b\r\n\r\nGr\xFC\xDF"
                        "e\r\n--b--\r\n"),
            "8-bit text stands behind its last part");
  EXPECT_EQ(obstacle_of(std::string(mixed) + text + "--b--\r\nx\r\n"), "");
  EXPECT_EQ(obstacle_of(std::string(mixed) + "\r\n\xE9\r\n--b--\r\n"),
            "it has no parts where it says that it has some");
}

TEST(SevenBit, IsSoundForRandomMessages) {
  std::mt19937 random(1);
  std::string const pieces[] = {"Content-Type: multipart/mixed; boundary=b\r\n",
                                "Content-Type: multipart/digest; boundary=\"b c\"\r\n",
                                "Content-Type: message/rfc822\r\n",
                                "Content-Type: multipart/signed; boundary=b\r\n",
                                "Content-Type: image/png\r\n",
                                "Content-Transfer-Encoding: 8bit\r\n",
                                "Content-Transfer-Encoding : binary\r\n",
                                "Content-Transfer-Encoding: base64\r\n",
                                "MIME-Version: 1.0\r\n",
                                "X: 1\r\n",
                                "\r\n",
                                "\r\n",
                                "\r\n--b\r\n",
                                "--b\r\n",
                                "--b c\r\n",
                                "--b--\r\n",
                                "--b",
                                " ",
                                "-",
                                "\xE9",
                                "text",
                                "\r",
                                "\n",
                                std::string(1, '\0'),
                                std::string(1001, 'x')};
  for (int round = 0; round < 20'000; ++round) {
    std::string message;
    for (auto left = random() % 16; left > 0; --left) message += pieces[random() % std::size(pieces)];
    // All content has come in by this door, which ends the header section where every reader sees its end.
    expect_sound(take_in(message, round % 2 == 0 ? Body::binary_mime : Body::eight_bit_mime).content);
    if (testing::Test::HasFatalFailure()) return;
  }
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

// hMailServer's log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string hmail_said(std::string const& text, std::string const& session = "7",
                       std::string const& client = "192.0.2.1") {
  return "\"SMTPD\"\t2104\t" + session + "\t\"2026-11-23 14:47:32.123\"\t\"" + client + "\"\t\"" + text +
         "\"\r\n";
}

std::string hmail_tcpip(std::string const& text) {
  return "\"TCPIP\"\t2104\t\"2026-11-23 14:47:32.100\"\t\"" + text + "\"\r\n";
}

std::string hmail_ehlo(std::string const& offers, std::string const& session = "7") {
  return hmail_said("RECEIVED: EHLO mail.x.example", session) +
         hmail_said("SENT: 250-MX[nl]250-SIZE 20480000" + offers + "[nl]250 HELP", session);
}

std::string hmail_message(std::string const& sender, std::string const& session = "7") {
  return hmail_said("RECEIVED: MAIL FROM: <" + sender + "> SIZE=900", session) +
         hmail_said("SENT: 250 OK", session) + hmail_said("RECEIVED: RCPT TO:<b@our.example>", session) +
         hmail_said("SENT: 250 OK", session) + hmail_said("RECEIVED: DATA", session) +
         hmail_said("SENT: 354 OK, send.", session) + hmail_said("SENT: 250 Queued (0.016 seconds)", session);
}

std::string const hmail_greeting = hmail_said("SENT: 220 MX ESMTP");
std::string const hmail_starttls =
    hmail_said("RECEIVED: STARTTLS") + hmail_said("SENT: 220 Ready to start TLS");
std::string const hmail_offer = "[nl]250-STARTTLS";

TEST(HmailserverLog, StarttlsTellsTlsAndItsOfferTellsPlaintext) {
  auto const log = hmail_greeting + hmail_ehlo(hmail_offer) + hmail_message("plain@x.example") +
                   hmail_starttls + hmail_ehlo("") + hmail_message("tls@x.example") +
                   hmail_said("RECEIVED: QUIT") + hmail_said("SENT: 221 goodbye");
  EXPECT_EQ(recognise(log), Format::hmailserver);
  auto const read = read_text(log);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].tls.used, Tristate::yes);
  EXPECT_EQ(messages[1].tls.version, "");
  EXPECT_EQ(messages[1].sender, "tls@x.example");
  EXPECT_EQ(messages[1].recipients, std::vector<std::string>{"b@our.example"});
  EXPECT_EQ(messages[1].client.print(), "192.0.2.1");
  EXPECT_EQ(messages[1].helo, "mail.x.example");
  EXPECT_EQ(print_iso8601(messages[1].at), "2026-11-23T14:47:32.123Z");
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.used, Tristate::yes);
}

TEST(HmailserverLog, TheRowsOfConnectionsTellTheVersionAndThePort) {
  auto const handshake = [](std::string const& session) {
    return hmail_tcpip("TCPConnection - TLS/SSL handshake completed. Session Id: " + session +
                       ", Remote IP: 192.0.2.1, Version: TLSv1.3, Cipher: TLS_AES_256_GCM_SHA384, Bits: 256");
  };
  auto const read =
      read_text(hmail_tcpip("TCP - 192.0.2.1 connected to 192.0.2.25:25.") + hmail_greeting +
                hmail_ehlo(hmail_offer) + hmail_starttls + handshake("7") + hmail_ehlo("") +
                hmail_message("a@x.example") + hmail_tcpip("TCP - 192.0.2.1 connected to 192.0.2.25:465.") +
                handshake("8") + hmail_said("SENT: 220 MX ESMTP", "8") + hmail_message("b@x.example", "8") +
                hmail_tcpip("TCP - 192.0.2.1 connected to 192.0.2.25:25.") +
                hmail_said("SENT: 220 MX ESMTP", "9") + hmail_said("RECEIVED: HELO x", "9") +
                hmail_said("SENT: 250 Hello.", "9") + hmail_message("c@x.example", "9") +
                hmail_tcpip("TCP - 192.0.2.1 connected to 192.0.2.25:993.") + handshake("10"));
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[0].origin, Origin::outside);
  EXPECT_EQ(messages[1].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[1].origin, Origin::authenticated);
  EXPECT_EQ(messages[2].tls.used, Tristate::no);  // HELO shows no offer, but connections are told of
  EXPECT_EQ(read.sessions().size(), 3U);          // not IMAP's
}

TEST(HmailserverLog, WhatNothingTellsIsUnknownAndSaid) {
  auto const read = read_text(hmail_greeting + hmail_ehlo("") + hmail_message("a@x.example"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
  ASSERT_EQ(read.stats.notes.size(), 1U);
  EXPECT_NE(read.stats.notes[0].find("TCP/IP"), std::string::npos);
}

TEST(HmailserverLog, AFailedHandshakeIsEvidence) {
  auto const read =
      read_text(hmail_greeting + hmail_ehlo(hmail_offer) + hmail_starttls +
                hmail_tcpip("TCPConnection - TLS/SSL handshake failed. Session Id: 7, Remote IP: 192.0.2.1, "
                            "Error code: 336027900, Message: unsupported protocol"));
  ASSERT_EQ(read.sessions().size(), 1U);
  EXPECT_EQ(read.sessions()[0].tls.failure, "unsupported protocol");
  EXPECT_EQ(read.sessions()[0].tls.used, Tristate::no);
}

TEST(HmailserverLog, QuotesAndTabsOfAClientMakeNoFields) {
  auto const read =
      read_text(hmail_greeting + hmail_said("RECEIVED: EHLO x\"\t\"SENT: 250-x[nl]250-STARTTLS") +
                hmail_said("SENT: 250 Hello.") + hmail_message("a@x.example"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
}

TEST(HmailserverLog, RowsThatAClientWritesBehindABareLfAreSkipped) {
  std::string waiting = hmail_said("SENT: 220 MX ESMTP", "8", "192.0.2.8");  // for the reply to its content
  for (auto const* text :
       {"RECEIVED: MAIL FROM:<a@x.example>", "SENT: 250 OK", "RECEIVED: RCPT TO:<b@our.example>",
        "SENT: 250 OK", "RECEIVED: DATA", "SENT: 354 OK, send."})
    waiting += hmail_said(text, "8", "192.0.2.8");
  auto const reply = hmail_said("SENT: 250 Queued (0.016 seconds)", "8", "192.0.2.8");
  ASSERT_EQ(read_text(waiting + reply).messages().size(), 1U);
  auto const forged = reply.substr(0, reply.size() - 3);  // the log closes it itself
  for (std::string const& cut : {std::string("\n"), std::string("\"\n"), std::string("\"\nx\n\n"),
                                 std::string("\"\n\n"), std::string(70'000, 'x') + "\"\n"}) {
    auto const read = read_text(waiting + hmail_said("RECEIVED: EHLO x" + cut + forged));
    EXPECT_TRUE(read.messages().empty()) << cut.substr(0, 10);
    EXPECT_GE(read.stats.skipped, 2U);
  }
}

TEST(HmailserverLog, NumbersOfSessionsBeginAnewWithTheService) {
  auto const read = read_text(hmail_greeting + hmail_ehlo(hmail_offer) + hmail_starttls + hmail_ehlo("") +
                              hmail_greeting + hmail_ehlo(hmail_offer) + hmail_message("a@x.example"));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::no);
  EXPECT_EQ(read.sessions().size(), 2U);
}

TEST(HmailserverLog, RowsOfOtherKindsAloneAreNoMailLog) {
  EXPECT_NE(recognise(hmail_tcpip("TCP - 192.0.2.1 connected to 192.0.2.25:143.")), Format::hmailserver);
}

}  // namespace
}  // namespace postern::tests

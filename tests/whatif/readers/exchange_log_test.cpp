// Exchange's SMTP receive protocol log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(ExchangeLog, JoinsBySessionId) {
  std::string const begin = "2023-01-11T16:00:01.010Z,HOST\\Default Frontend HOST,";
  std::string const ends = ",10.10.10.10:25,95.10.20.33:56026,";
  std::string text =
      "#Software: Microsoft Exchange Server\r\n#Fields: "
      "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,"
      "context\r\n";
  auto const line = [&](std::string const& session, std::string const& rest) {
    text += begin + session + ",1" + ends + rest + "\r\n";
  };
  line("S1", "+,,");
  line("S2", "+,,");
  line("S1", "<,EHLO mail.x.example,");
  line("S1", "<,STARTTLS,");
  line("S1",
       "*,,\"TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm "
       "CALG_AES_128 with strength 128 bits\"");
  line("S1", "<,MAIL FROM:<a@x.example> SIZE=99,");
  line("S2", "<,MAIL FROM:<s@y.example>,");
  line("S1", ">,250 2.1.0 Sender OK,");
  line("S2", ">,250 2.1.0 Sender OK,");
  line("S1", "<,RCPT TO:<b@z.example>,");
  line("S1", ">,250 2.1.5 Recipient OK,");
  line("S2", "<,RCPT TO:<nobody@z.example>,");
  line("S2", ">,550 5.1.10 RESOLVER.ADR.RecipientNotFound,");
  line("S1", "<,DATA,");
  line("S1", ">,354 Start mail input; end with <CRLF>.<CRLF>,");
  line("S1", ">,\"250 2.6.0 <m@x.example> [InternalId=1, Hostname=h] Queued mail for delivery\",");
  line("S1", "-,,Remote");
  line("S2", "-,,Remote");
  auto const read = read_text(text);
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.version, "TLSv1.2");
  EXPECT_EQ(read.messages()[0].sender, "a@x.example");
  EXPECT_EQ(read.messages()[0].client.print(), "95.10.20.33");
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].tls.used, Tristate::no);
}

std::string passed_on_to_hub() {
  std::string text =
      "#Software: Microsoft Exchange Server\n#Fields: date-time,connector-id,session-id,sequence-number,"
      "local-endpoint,remote-endpoint,event,data,context\n";
  auto const line = [&](std::string const& session, std::string const& remote, std::string const& rest) {
    text +=
        "2026-11-23T15:59:56.200Z,H\\Default H," + session + ",1,10.0.0.1:25," + remote + "," + rest + "\n";
  };
  for (auto const* part : {"+,,", "<,EHLO h,"}) line("HUB", "10.0.0.1:3", part);
  line("HUB", "10.0.0.1:3", "*,,\"TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using x\"");
  line("HUB", "10.0.0.1:3", "<,XPROXYFROM SID=FRONT IP=192.0.2.33 PORT=5 DOMAIN=mail.example SEQNUM=1,");
  line("HUB", "10.0.0.1:3", "<,MAIL FROM:<a@x.example>,");
  line("HUB", "10.0.0.1:3", ">,250 2.1.0 Sender OK,");
  line("HUB", "10.0.0.1:3", "<,BDAT 9 LAST,");
  line("HUB", "10.0.0.1:3", ">,\"250 2.6.0 <1@x.example> [InternalId=1] Queued mail for delivery\",");
  line("HUB", "10.0.0.1:3", "-,,Remote");
  return text;
}

TEST(ExchangeLog, OfAHubAloneTheClientsTlsIsNotKnown) {
  auto const read = read_text(passed_on_to_hub());
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].client.print(), "192.0.2.33");
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
  EXPECT_TRUE(read.sessions().empty());
}

TEST(ExchangeLog, FrontEndAndHubInTwoFilesAreCopiesOfOneMessage) {
  auto front = passed_on_to_hub();
  auto const at =
      front.find("2026-11-23T15:59:56.200Z,H\\Default H,HUB,1,10.0.0.1:25,10.0.0.1:3,<,XPROXYFROM");
  front.erase(at, front.find('\n', at) + 1 - at);
  for (auto place = front.find("HUB"); place != std::string::npos; place = front.find("HUB"))
    front.replace(place, 3, "FRONT");
  auto const one = read_text(front).messages(), other = read_text(passed_on_to_hub()).messages();
  ASSERT_EQ(one.size(), 1U);
  ASSERT_EQ(other.size(), 1U);
  EXPECT_NE(one[0].copy_of, 0U);
  EXPECT_EQ(one[0].copy_of, other[0].copy_of);
}

std::string exchange_session(std::initializer_list<char const*> events) {
  std::string text =
      "#Software: Microsoft Exchange Server\n#Fields: date-time,connector-id,session-id,sequence-number,"
      "local-endpoint,remote-endpoint,event,data,context\n";
  for (auto const* event : events)
    text += "2026-11-23T15:59:56.200Z,H\\Default Frontend H,S,1,10.0.0.1:25,192.0.2.1:3," +
            std::string(event) + "\n";
  return text;
}

TEST(ExchangeLog, RepliesBelongToCommandsThatCameAtOnceInTheirOrder) {
  auto const read = read_text(exchange_session(
      {"+,,", "<,MAIL FROM:<a@x.example>,", "<,RCPT TO:<nobody@y.example>,", "<,RCPT TO:<b@y.example>,",
       "<,BDAT 9 LAST,", ">,250 2.1.0 Sender OK,", ">,550 5.1.10 RecipientNotFound,",
       ">,250 2.1.5 Recipient OK,", ">,\"250 2.6.0 <1@x.example> [InternalId=1] Queued mail for delivery\",",
       "-,,Remote"}));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].recipients, std::vector<std::string>{"b@y.example"});
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].recipients, std::vector<std::string>{"nobody@y.example"});
}

TEST(ExchangeLog, AChunkIsNoMessage) {
  auto const read = read_text(exchange_session(
      {"+,,", "<,MAIL FROM:<a@x.example>,", ">,250 2.1.0 Sender OK,", "<,RCPT TO:<b@y.example>,",
       ">,250 2.1.5 Recipient OK,", "<,BDAT 9,", ">,\"250 2.6.0 CHUNK received OK, 9 octets\",",
       "<,BDAT 9 LAST,", ">,552 5.3.4 Message size exceeds fixed maximum message size,", "-,,Remote"}));
  EXPECT_TRUE(read.messages().empty());
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 552);
}

TEST(ExchangeLog, AMessageWithoutARecipientIsRefusedOnce) {
  auto const read = read_text(exchange_session({"+,,", "<,MAIL FROM:<a@x.example>,", ">,250 2.1.0 Sender OK,",
                                                "<,RCPT TO:<b@y.example>,", ">,550 5.1.10 RecipientNotFound,",
                                                "<,DATA,", ">,503 5.5.2 Need rcpt command,", "-,,Remote"}));
  ASSERT_EQ(read.refused().size(), 1U);
  EXPECT_EQ(read.refused()[0].code, 550);
}

TEST(ExchangeLog, AUsersNameTellsNothingOfTls) {
  std::string text =
      "#Software: Microsoft Exchange Server\n#Fields: date-time,connector-id,session-id,sequence-number,"
      "local-endpoint,remote-endpoint,event,data,context\n";
  for (auto const* part :
       {"+,,", "<,EHLO h,", "*,,User Name: TLS protocol SP_PROT_TLS1_3_SERVER negotiation succeeded",
        "*,,User Name: TLS negotiation failed", "-,,Remote"})
    text += std::string("2026-11-23T15:59:56.200Z,H\\Default H,S1,1,10.0.0.1:25,192.0.2.1:3,") + part + "\n";
  auto const sessions = read_text(text).sessions();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].tls.used, Tristate::no);
  EXPECT_EQ(sessions[0].tls.version, "");
  EXPECT_EQ(sessions[0].tls.failure, "");
}

}  // namespace
}  // namespace postern::tests

// Stalwart's log.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

std::string stalwart_event(std::string const& what, std::string const& port, std::string const& more) {
  return "2026-11-23T06:32:27Z INFO Something (" + what +
         ") listenerId = \"smtp\", localPort = 25, remoteIp = 192.0.2.1, remotePort = " + port + more + "\n";
}

TEST(StalwartLog, JoinsByTheClientsAddressAndPort) {
  auto const log = stalwart_event("smtp.connection-start", "65473", "") +
                   stalwart_event("smtp.connection-start", "65474", "") +
                   stalwart_event("tls.handshake", "65473",
                                  ", version = \"TLSv1_3\", details = \"TLS13_AES_256_GCM_SHA384\"") +
                   stalwart_event("smtp.mail-from", "65473", ", from = \"a@x.example\"") +
                   stalwart_event("smtp.mail-from", "65474", ", from = \"b, version = TLSv1_3@x.example\"") +
                   stalwart_event("smtp.rcpt-to", "65473", ", to = \"c@our.example\"") +
                   stalwart_event("queue.message-queued", "65473", ", from = \"a@x.example\"") +
                   stalwart_event("queue.message-queued", "65474", ", from = \"b@x.example\"") +
                   stalwart_event("smtp.connection-end", "65473", "");
  EXPECT_EQ(recognise(log), Format::stalwart);
  auto const read = read_text(log);
  auto const messages = read.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].tls.version, "TLSv1.3");
  EXPECT_EQ(messages[0].sender, "a@x.example");
  EXPECT_EQ(messages[0].recipients, std::vector<std::string>{"c@our.example"});
  EXPECT_EQ(messages[1].tls.used, Tristate::no);
  EXPECT_EQ(messages[1].sender, "b, version = TLSv1_3@x.example");
  EXPECT_EQ(read.sessions().size(), 2U);
}

TEST(StalwartLog, MailOfUsersIsSubmitted) {
  auto const read = read_text(stalwart_event("smtp.connection-start", "1", "") +
                              stalwart_event("smtp.mail-from", "1", ", from = \"a@x.example\"") +
                              stalwart_event("queue.authenticated-message-queued", "1", ""));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].origin, Origin::authenticated);
}

TEST(StalwartLog, OfAConnectionWhoseBeginningIsNotInTheLogTlsIsNotKnown) {
  auto const read = read_text(stalwart_event("smtp.mail-from", "1", ", from = \"a@x.example\"") +
                              stalwart_event("queue.message-queued", "1", ""));
  ASSERT_EQ(read.messages().size(), 1U);
  EXPECT_EQ(read.messages()[0].tls.used, Tristate::unknown);
}

}  // namespace
}  // namespace postern::tests

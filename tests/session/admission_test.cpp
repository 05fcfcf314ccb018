#include "session/admission.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "session/session_log.hpp"

namespace postern::session {
namespace {

Instant const now = from_micros(1'700'000'000'000'000);

TEST(Admission, LimitsConnectionsInAllAndOfAClient) {
  Admission admission({4, 2, 1});
  auto const one = *IpAddress::parse("192.0.2.1"), two = *IpAddress::parse("192.0.2.2");
  EXPECT_EQ(admission.enter(one, false, now), Admitted::yes);
  EXPECT_EQ(admission.enter(one, false, now), Admitted::yes);
  EXPECT_EQ(admission.enter(one, false, now), Admitted::client_full);
  EXPECT_EQ(admission.enter(one, true, now), Admitted::yes) << "trusted clients count in all only";
  EXPECT_FALSE(admission.busy());
  EXPECT_EQ(admission.enter(two, false, now), Admitted::yes);
  EXPECT_TRUE(admission.busy());
  EXPECT_EQ(admission.enter(two, false, now), Admitted::server_full);
  admission.leave(one, false);
  EXPECT_EQ(admission.enter(two, false, now), Admitted::yes);
}

TEST(Admission, CountsASlash64AsOneClient) {
  Admission admission({100, 2, 1});
  EXPECT_EQ(admission.enter(*IpAddress::parse("2001:db8:1:2::1"), false, now), Admitted::yes);
  EXPECT_EQ(admission.enter(*IpAddress::parse("2001:db8:1:2::2"), false, now), Admitted::yes);
  EXPECT_EQ(admission.enter(*IpAddress::parse("2001:db8:1:2:3::"), false, now), Admitted::client_full);
  EXPECT_EQ(admission.enter(*IpAddress::parse("2001:db8:1:3::1"), false, now), Admitted::yes);
  admission.leave(*IpAddress::parse("2001:db8:1:2::1"), false);
  EXPECT_EQ(admission.enter(*IpAddress::parse("2001:db8:1:2:3::"), false, now), Admitted::yes);
}

TEST(Admission, RefusesForAWhileWhoGuessesRecipients) {
  AdmissionLimits limits;
  limits.refused_recipients_per_client = 5;
  Admission admission(limits);
  auto const guesser = *IpAddress::parse("2001:db8::1"), neighbour = *IpAddress::parse("2001:db8::2");
  auto const other = *IpAddress::parse("2001:db8:1::1");
  for (int i = 0; i < 5; ++i) admission.recipient_guessed(guesser, GuessedBy::sender, now);
  EXPECT_EQ(admission.enter(guesser, false, now), Admitted::yes);
  admission.recipient_guessed(neighbour, GuessedBy::sender, now);
  EXPECT_EQ(admission.enter(guesser, false, now), Admitted::client_refused);
  EXPECT_EQ(admission.enter(other, false, now), Admitted::yes);
  EXPECT_EQ(admission.enter(guesser, false, now + Admission::refused_for), Admitted::yes);
}

TEST(Admission, RefusesNoUserForRecipientsThatOthersOfHisNetworkGuess) {
  AdmissionLimits limits;
  limits.refused_recipients_per_client = 5;
  Admission admission(limits);
  auto const shared = *IpAddress::parse("192.0.2.1");
  for (int i = 0; i < 100; ++i) admission.recipient_guessed(shared, GuessedBy::sender, now);
  EXPECT_EQ(admission.enter(shared, false, now, policy::ListenerRole::mx), Admitted::client_refused);
  EXPECT_EQ(admission.enter(shared, false, now, policy::ListenerRole::submission), Admitted::yes);
}

TEST(Admission, ForgivesAStaleListToWhoBringsMail) {
  AdmissionLimits limits;
  limits.refused_recipients_per_client = 5;
  Admission admission(limits);
  auto const sender = *IpAddress::parse("192.0.2.1");
  for (int i = 0; i < 100; ++i) {
    admission.recipient_guessed(sender, GuessedBy::sender, now);
    admission.message_taken(sender, now);
  }
  EXPECT_EQ(admission.enter(sender, false, now), Admitted::yes);
}

TEST(Admission, BoundsWhatANetworkGuessesWithoutASender) {
  AdmissionLimits limits;
  limits.refused_recipients_per_client = 5;
  Admission admission(limits);
  auto const guesser = *IpAddress::parse("192.0.2.1"), server = *IpAddress::parse("192.0.2.2");
  for (int i = 0; i < 6; ++i) admission.recipient_guessed(guesser, GuessedBy::null_sender, now);
  EXPECT_EQ(admission.enter(guesser, false, now), Admitted::client_refused);
  // Somebody has forged our addresses, and this server returns mail to one of them every two seconds.
  auto at = now;
  for (int i = 0; i < 500; ++i, at += Admission::bounce_forgiven_after)
    admission.recipient_guessed(server, GuessedBy::null_sender, at);
  EXPECT_EQ(admission.enter(server, false, at), Admitted::yes);
  for (int i = 0; i < 5; ++i) admission.recipient_guessed(server, GuessedBy::sender, at);
  EXPECT_EQ(admission.enter(server, false, at), Admitted::yes) << "the two are counted apart";
}

TEST(Admission, LimitsSocketsOfAllListeners) {
  AdmissionLimits limits;
  limits.sockets = 2;
  Admission admission(limits);
  EXPECT_TRUE(admission.enter_socket());
  EXPECT_TRUE(admission.enter_socket());
  EXPECT_FALSE(admission.enter_socket());
  admission.leave_socket();
  EXPECT_TRUE(admission.enter_socket());
}

// Whatever strangers do, none has more than its share, and whoever comes from elsewhere still gets in.
TEST(Admission, KeepsTheShareOfOthersUnderRandomStrangers) {
  Admission admission({40, 3, 1});
  std::mt19937 random(1);
  std::map<unsigned, std::vector<IpAddress>> open;  // by /64
  for (int i = 0; i < 20'000; ++i) {
    auto const network = static_cast<std::uint8_t>(random() % 10);
    auto& of_network = open[network];
    if (random() % 3 == 0 && !of_network.empty()) {
      admission.leave(of_network.back(), false);
      of_network.pop_back();
    } else {
      IpAddress::Bytes bytes{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network};
      bytes[15] = static_cast<std::uint8_t>(random());
      auto const client = IpAddress::from_v6(bytes);
      bool const in = admission.enter(client, false, now) == Admitted::yes;
      ASSERT_EQ(in, of_network.size() < 3);
      if (in) of_network.push_back(client);
    }
    auto const guest = *IpAddress::parse("192.0.2.1");
    ASSERT_EQ(admission.enter(guest, false, now), Admitted::yes);
    admission.leave(guest, false);
  }
}

TEST(Admission, LimitsHandshakes) {
  Admission admission({4, 2, 1});
  EXPECT_TRUE(admission.enter_handshake());
  EXPECT_FALSE(admission.enter_handshake());
  admission.leave_handshake();
  EXPECT_TRUE(admission.enter_handshake());
}

TEST(Admission, LetsOneLineOfRefusedConnectionsPerSecondIntoTheLog) {
  Admission admission(AdmissionLimits{});
  auto const second = [](int number) { return Instant(std::chrono::seconds(number)); };
  EXPECT_EQ(admission.enter_log(second(10)), 0U);
  for (int i = 0; i < 7; ++i) EXPECT_FALSE(admission.enter_log(second(10)));
  EXPECT_EQ(admission.enter_log(second(11)), 7U) << "it says how many had none";
  EXPECT_EQ(admission.enter_log(second(12)), 0U);
  EXPECT_EQ(admission.enter_log(second(5)), 0U) << "a clock that was set back silences nobody";
}

TEST(SessionLog, WarnsOfInjectionsAndFailedHandshakes) {
  policy::ConnectionFacts connection;
  EXPECT_EQ(connection_event(connection).severity(), Severity::info);
  connection.tls.injected = 5;
  EXPECT_EQ(connection_event(connection).severity(), Severity::warning);
  EXPECT_NE(connection_event(connection).print(LogFormat::logfmt, {}).find("injected_bytes=5"),
            std::string::npos);
}

}  // namespace
}  // namespace postern::session

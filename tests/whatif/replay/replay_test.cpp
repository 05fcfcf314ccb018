// Rules over receptions: what is counted, and what is left out.
#include <gtest/gtest.h>

#include "policy/host_identity.hpp"
#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Replay, UnknownIsCountedApartAndNeverTakenForPlaintext) {
  auto const answer =
      replay_all({reception_from("192.0.2.1", Tristate::unknown), reception_from("192.0.2.2", Tristate::no),
                  reception_from("192.0.2.3", Tristate::yes)});
  EXPECT_EQ(answer.unknown, 1U);
  EXPECT_EQ(answer.rules[0].lost.lost, 1U);
  EXPECT_EQ(answer.rules[0].lost.messages, 2U);
  EXPECT_EQ(answer.rules[0].unknown, 1U);
}

TEST(Replay, RememberedKnowsOnlyThePast) {
  auto const before = replay_all({reception_from("192.0.2.1", Tristate::no, "a@x.example", 0),
                                  reception_from("192.0.2.1", Tristate::yes, "a@x.example", 1)},
                                 {"remembered"});
  EXPECT_EQ(before.rules[0].lost.lost, 0U);
  constexpr int day = 24 * 60;  // three sessions over a day: what tls.memory asks for
  auto const after = replay_all({reception_from("192.0.2.1", Tristate::yes, "a@x.example", 0),
                                 reception_from("192.0.2.1", Tristate::yes, "a@x.example", 10),
                                 reception_from("192.0.2.1", Tristate::no, "a@x.example", 20),
                                 reception_from("192.0.2.1", Tristate::yes, "a@x.example", day),
                                 reception_from("192.0.2.1", Tristate::no, "a@x.example", day + 1),
                                 reception_from("198.51.100.1", Tristate::no, "a@x.example", day + 2)},
                                {"remembered"});
  EXPECT_EQ(after.rules[0].lost.lost, 1U);
  EXPECT_TRUE(after.rules[0].defers);
}

TEST(Replay, AHostIsKnownByItsVerifiedNameElseByItsNetwork) {
  EXPECT_EQ(policy::host_identity("mail-3.mx.example.co.uk", *IpAddress::parse("192.0.2.1")),
            "example.co.uk");
  EXPECT_EQ(policy::host_identity("", *IpAddress::parse("192.0.2.77")), "192.0.2.0/24");
  EXPECT_EQ(policy::host_identity("co.uk", *IpAddress::parse("2001:db8:1:2::3")), "2001:db8:1::/48");
}

TEST(Replay, TheReasonsAreToldApart) {
  std::vector<Reception> all{reception_from("192.0.2.1", Tristate::no, "a@never.example"),
                             reception_from("192.0.2.2", Tristate::no, "a@domain.example"),
                             reception_from("192.0.2.3", Tristate::yes, "a@domain.example"),
                             reception_from("192.0.2.4", Tristate::no, "a@host.example"),
                             reception_from("192.0.2.4", Tristate::yes, "b@other.example"),
                             reception_from("192.0.2.5", Tristate::no, "a@failed.example")};
  Reception failed;
  failed.kind = Reception::Kind::session;
  failed.client = *IpAddress::parse("192.0.2.5");
  failed.has_client = true;
  failed.tls.used = Tristate::no;
  failed.tls.failure = "no shared cipher";
  all.push_back(failed);
  auto const answer = replay_all(all);
  auto const& reasons = answer.rules[0].reasons;
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::never_tls)], 1U);
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::domain_speaks_tls)], 1U);
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::host_speaks_tls)], 1U);
  EXPECT_EQ(reasons[static_cast<std::size_t>(Reason::tls_failed)], 1U);
  for (auto const& sender : answer.rules[0].senders)
    if (sender.domain == "failed.example") EXPECT_EQ(sender.failure, "no shared cipher");
}

TEST(Replay, AMessageTriedAgainCountsOnce) {
  auto tried = reception_from("192.0.2.1", Tristate::no, "a@x.example", 0);
  tried.outcome = policy::Outcome::deferred;
  tried.recipients = {"b@y.example"};
  auto again = tried;
  again.at += std::chrono::minutes(5);
  again.client = *IpAddress::parse("192.0.2.9");  // another host of the same network
  auto accepted = again;
  accepted.outcome = policy::Outcome::accepted;
  accepted.at += std::chrono::minutes(5);
  auto const waits = replay_all({tried, again});
  EXPECT_EQ(waits.deferred, 1U);
  EXPECT_EQ(waits.rules[0].refused_anyway, 1U);
  for (bool const recipients_told : {true, false}) {
    if (!recipients_told) accepted.recipients.clear();
    auto const came = replay_all({tried, again, accepted});
    EXPECT_EQ(came.messages, 1U);
    EXPECT_EQ(came.deferred, 0U);
    EXPECT_EQ(came.tried_again, 1U);
    EXPECT_EQ(came.rules[0].refused_anyway, 0U);
    EXPECT_EQ(came.rules[0].lost.lost, 1U);
  }
  accepted.at += std::chrono::hours(24 * 30);
  EXPECT_EQ(replay_all({tried, again, accepted}).deferred, 1U);
}

TEST(Replay, OwnNetworksAndOtherTimesAreLeftOut) {
  ReplaySettings settings;
  settings.internal = {*Network::parse("10.0.0.0/8")};
  settings.since = reference + std::chrono::minutes(1);
  settings.until = reference + std::chrono::minutes(3);
  auto const answer = replay_all({reception_from("10.1.2.3", Tristate::no, "a@x.example", 2),
                                  reception_from("192.0.2.1", Tristate::no, "a@x.example", 0),
                                  reception_from("192.0.2.1", Tristate::no, "a@x.example", 1),
                                  reception_from("192.0.2.1", Tristate::no, "a@x.example", 3),
                                  reception_from("::1", Tristate::no, "a@x.example", 2)},
                                 {"require-tls"}, settings);
  EXPECT_EQ(answer.messages, 1U);
  EXPECT_EQ(answer.left_out.internal, 1U);
  EXPECT_EQ(answer.left_out.out_of_time, 2U);
  EXPECT_EQ(answer.left_out.loopback, 1U);
}

TEST(Replay, PrivateNetworksAreNotOutsideAndThatIsSaid) {
  std::vector<Reception> all{reception_from("192.0.2.1", Tristate::yes)};
  for (auto const* client :
       {"10.8.0.8", "172.31.255.1", "192.168.1.1", "100.64.0.1", "169.254.3.4", "fd00::1", "fe80::1"})
    all.push_back(reception_from(client, Tristate::no));
  for (auto const* client : {"172.32.0.1", "100.128.0.1", "2001:db8::1"})
    all.push_back(reception_from(client, Tristate::yes));
  auto const answer = replay_all(all);
  EXPECT_EQ(answer.messages, 4U);
  EXPECT_EQ(answer.in_the_clear, 0U);
  EXPECT_EQ(answer.left_out.private_networks, 7U);
  ASSERT_EQ(answer.notes.size(), 1U);
  EXPECT_NE(answer.notes[0].find("private networks"), std::string::npos);
}

TEST(Replay, OneOwnMachineThatSendsIsNoProxy) {
  std::vector<Reception> all;
  for (int i = 0; i < 100; ++i) all.push_back(reception_from("10.8.0.8", Tristate::no, "app@x.example", i));
  EXPECT_EQ(replay_all(all).notes.size(), 1U);
}

TEST(Replay, AProxyThatShowsEverybodyAsOnePrivateAddressIsSaidLoudly) {
  std::vector<Reception> all{reception_from("192.0.2.1", Tristate::yes)};
  for (int i = 0; i < 50; ++i)
    all.push_back(reception_from("172.18.0.1", Tristate::yes, "a@dom" + std::to_string(i) + ".example", i));
  auto const answer = replay_all(all);
  EXPECT_EQ(answer.messages, 1U);
  ASSERT_EQ(answer.notes.size(), 2U);
  EXPECT_TRUE(answer.notes[0].starts_with("ATTENTION: 50 of 51 messages"));
  EXPECT_NE(answer.notes[0].find("172.18.0.1"), std::string::npos);
}

TEST(Replay, OwnNetworksThatArePrivateAreNamedAsOwn) {
  ReplaySettings settings;
  settings.internal = {*Network::parse("10.0.0.0/8")};
  auto const answer =
      replay_all({reception_from("10.1.2.3", Tristate::no), reception_from("192.168.0.1", Tristate::no)},
                 {"require-tls"}, settings);
  EXPECT_EQ(answer.left_out.internal, 1U);
  EXPECT_EQ(answer.left_out.private_networks, 1U);
}

TEST(Replay, CopiesOfWhatIsLeftOutCountOnce) {
  auto copy = reception_from("10.1.2.3", Tristate::no);
  copy.copy_of = 7;
  auto const answer = replay_all({copy, copy});
  EXPECT_EQ(answer.left_out.private_networks, 1U);
  EXPECT_EQ(answer.left_out.copies, 0U);
}

TEST(Replay, AHandshakeThatFailedBeforeALoneMessageCounts) {
  auto lone = reception_from("192.0.2.1", Tristate::no);
  lone.tls.failure = "handshake failed";
  EXPECT_EQ(replay_all({lone}).failed_handshakes, 1U);
  lone.kind = Reception::Kind::message;
  EXPECT_EQ(replay_all({lone}).failed_handshakes, 0U) << "its session is told of on its own";
}

}  // namespace
}  // namespace postern::tests

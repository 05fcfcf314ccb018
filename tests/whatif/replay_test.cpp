// Rules over arrivals: what is counted, what is left out, and how sure the answer is.
#include <gtest/gtest.h>

#include <cmath>

#include "policy/host_identity.hpp"
#include "support.hpp"
#include "whatif/reports/csv_report.hpp"
#include "whatif/reports/html_report.hpp"
#include "whatif/reports/json_report.hpp"
#include "whatif/reports/recommend.hpp"
#include "whatif/reports/text_report.hpp"

namespace postern::tests {
namespace {

Arrival arrival(std::string const& client, Answered tls, std::string const& sender = "a@x.example",
                int minute = 0) {
  Arrival out;
  out.kind = Arrival::Kind::lone_message;
  out.at = reference + std::chrono::minutes(minute);
  out.client = *IpAddress::parse(client);
  out.has_client = true;
  out.tls.used = tls;
  if (tls == Answered::yes)
    out.tls.version = "TLSv1.3", out.tls.certificate = policy::ClientCertificate::none;
  out.has_sender = true;
  out.sender = sender;
  return out;
}

TEST(Replay, UnknownIsCountedApartAndNeverTakenForPlaintext) {
  auto const answer = replay_all({arrival("192.0.2.1", Answered::unknown), arrival("192.0.2.2", Answered::no),
                                  arrival("192.0.2.3", Answered::yes)});
  EXPECT_EQ(answer.unknown, 1U);
  EXPECT_EQ(answer.rules[0].lost.lost, 1U);
  EXPECT_EQ(answer.rules[0].lost.messages, 2U);
  EXPECT_EQ(answer.rules[0].unknown, 1U);
}

TEST(Replay, RememberedKnowsOnlyThePast) {
  auto const before = replay_all({arrival("192.0.2.1", Answered::no, "a@x.example", 0),
                                  arrival("192.0.2.1", Answered::yes, "a@x.example", 1)},
                                 {"remembered"});
  EXPECT_EQ(before.rules[0].lost.lost, 0U);
  constexpr int day = 24 * 60;  // three sessions over a day: what tls.memory asks for
  auto const after = replay_all({arrival("192.0.2.1", Answered::yes, "a@x.example", 0),
                                 arrival("192.0.2.1", Answered::yes, "a@x.example", 10),
                                 arrival("192.0.2.1", Answered::no, "a@x.example", 20),
                                 arrival("192.0.2.1", Answered::yes, "a@x.example", day),
                                 arrival("192.0.2.1", Answered::no, "a@x.example", day + 1),
                                 arrival("198.51.100.1", Answered::no, "a@x.example", day + 2)},
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
  std::vector<Arrival> all{arrival("192.0.2.1", Answered::no, "a@never.example"),
                           arrival("192.0.2.2", Answered::no, "a@domain.example"),
                           arrival("192.0.2.3", Answered::yes, "a@domain.example"),
                           arrival("192.0.2.4", Answered::no, "a@host.example"),
                           arrival("192.0.2.4", Answered::yes, "b@other.example"),
                           arrival("192.0.2.5", Answered::no, "a@failed.example")};
  Arrival failed;
  failed.kind = Arrival::Kind::session;
  failed.client = *IpAddress::parse("192.0.2.5");
  failed.has_client = true;
  failed.tls.used = Answered::no;
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
  auto tried = arrival("192.0.2.1", Answered::no, "a@x.example", 0);
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
  auto const answer = replay_all(
      {arrival("10.1.2.3", Answered::no, "a@x.example", 2),
       arrival("192.0.2.1", Answered::no, "a@x.example", 0),
       arrival("192.0.2.1", Answered::no, "a@x.example", 1),
       arrival("192.0.2.1", Answered::no, "a@x.example", 3), arrival("::1", Answered::no, "a@x.example", 2)},
      {"require-tls"}, settings);
  EXPECT_EQ(answer.messages, 1U);
  EXPECT_EQ(answer.left_out.internal, 1U);
  EXPECT_EQ(answer.left_out.out_of_time, 2U);
  EXPECT_EQ(answer.left_out.loopback, 1U);
}

TEST(Rules, AreReadWithTheirScope) {
  EXPECT_EQ(parse_rule("require-tls>=1.2 for Example.ORG")->policy.tls, policy::TlsRequirement::never);
  EXPECT_TRUE(parse_rule("require-tls for example.org")->asks_recipients);
  EXPECT_FALSE(parse_rule("remembered")->breaks_rfc3207);
  for (auto const* wrong : {"", "require", "require-tls>=1.4", "require-tls to x.example", "require-tls for",
                            "require-tls for -", "require-tls from a b"})
    EXPECT_FALSE(parse_rule(wrong)) << wrong;
}

TEST(Interval, NothingLostIsBoundedExactly) {
  // The issue's own example: 0 of 1,204 lost is below 0.3 % with 95 % confidence.
  auto const none = exact_interval(1204, false);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 1 - std::pow(0.05, 1.0 / 1204), 1e-12);
  EXPECT_NEAR(std::pow(1 - none.high, 1204), 0.05, 1e-9);
  Loss loss{1204, 0, 0, none, false};
  EXPECT_EQ(in_words(loss), "0 of 1,204 lost: below 0.3 % with 95 % confidence");
}

TEST(Interval, OneBigSenderMakesTheAnswerLessSure) {
  SteadyRandom random;
  std::vector<Cluster> const many{{1, 1, 100}, {1, 0, 900}};
  std::vector<Cluster> const one_big{{100, 100, 1}, {1, 0, 900}};
  auto const sure = share_interval(many, random), unsure = share_interval(one_big, random);
  EXPECT_LT(sure.high - sure.low, 0.05);
  EXPECT_GT(unsure.high - unsure.low, 0.15);
  EXPECT_EQ(unsure.low, 0);
}

// Over repeated samples of hosts the interval holds the true share about 95 times in a hundred.
TEST(Interval, CoversTheTruth) {
  SteadyRandom random;
  int covered = 0;
  constexpr int samples = 300;
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<Cluster> clusters;
    for (int host = 0; host < 150; ++host) {
      auto const size = 1 + random.next() % 20;
      bool const clear = random.next() % 10 == 0;  // a tenth of the hosts, of whatever size: the share is 0.1
      clusters.push_back({size, clear ? size : 0, 1});
    }
    auto const interval = share_interval(clusters, random, 400);
    covered += interval.low <= 0.1 && 0.1 <= interval.high ? 1 : 0;
  }
  EXPECT_GT(covered, samples * 88 / 100);
  EXPECT_LE(covered, samples);
}

Answer some_answer() {
  std::vector<Arrival> all;
  for (int i = 0; i < 300; ++i)
    all.push_back(arrival("192.0." + std::to_string(i % 50) + ".1", i % 9 == 0 ? Answered::no : Answered::yes,
                          "a@dom" + std::to_string(i % 40) + ".example", i * 200));
  all.push_back(arrival("192.0.2.200", Answered::no, "x@</script><b>evil,\"\xC3\xA9.example"));
  return replay_all(all, {"require-tls", "require-tls>=1.3", "require-client-certificate", "remembered"});
}

TEST(Reports, TheTextFits80Columns) {
  auto const text = text_report(some_answer(), {});
  for (std::size_t at = 0; at < text.size();) {
    auto const end = text.find('\n', at);
    EXPECT_LE(end - at, 80U) << text.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_EQ(text.find('\033'), std::string::npos);
  EXPECT_NE(text_report(some_answer(), {true, false, 10}).find('\033'), std::string::npos);
  for (auto const part :
       {"RFC 3207 section 4", "Recommendation", "University of Toronto", "TLSRPT", "When: in the clear"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Reports, NoSenderBreaksOutOfTheirForm) {
  auto const html = html_report(some_answer(), "2026-11-24");
  EXPECT_EQ(html.find("<b>evil"), std::string::npos);
  auto const csv = csv_report(some_answer());
  EXPECT_NE(csv.find("require-tls,"), std::string::npos);
  EXPECT_NE(csv.find("\"\"??.example\""), std::string::npos);
}

TEST(Reports, JsonHasWhatItPromises) {
  auto const json = json_report(some_answer(), {});
  for (auto const* key : {"\"messages\":301", "\"over_tls\":", "\"in_the_clear\":", "\"unknown\":0",
                          "\"sources\":", "\"rules\":[{\"rule\":\"require-tls\"", "\"lost\":{\"messages\":",
                          "\"share_95\":[", "\"per_30_days\":", "\"sender_domains\":", "\"wanted\":",
                          "\"unwanted\":", "\"reasons\":{\"never_tls\":", "\"domain_speaks_tls\":",
                          "\"host_speaks_tls\":", "\"tls_failed\":", "\"senders\":[{\"domain\":"})
    EXPECT_NE(json.find(key), std::string::npos) << key;
}

}  // namespace
}  // namespace postern::tests

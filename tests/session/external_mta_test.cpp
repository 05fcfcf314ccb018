#include <gtest/gtest.h>

#include "policy/rules.hpp"
#include "session/milter_session.hpp"
#include "session/policy_session.hpp"
#include "support/fake_services.hpp"

namespace postern::session {
namespace {

net::Task<void> run(std::shared_ptr<Session> session) { co_await session->converse(); }

class ExternalMtas : public testing::Test {
 protected:
  ExternalMtas() { config_->policy.checks_spf = false; }
  void begin(std::shared_ptr<Session> session) {
    session_ = std::move(session);
    test_.spawn(run(session_), &ended_);
    test_.settle();
  }
  std::string exchange(std::string_view bytes) {
    mta_end_.say(bytes);
    test_.settle();
    return mta_end_.hear();
  }
  void begin_policy() {
    begin(std::make_shared<PolicySession>(test_.loop, std::move(mta_end_.near), listener_, current_,
                                          fakes_.services(), mta_));
  }
  void begin_milter() {
    begin(std::make_shared<MilterSession>(test_.loop, std::move(mta_end_.near), listener_, current_,
                                          fakes_.services()));
  }
  // A configuration with one rule more: it defers mail of far.example.
  static std::shared_ptr<GateConfig> stricter() {
    auto made = tests::FakeServices::config();
    made->policy.checks_spf = false;
    policy::Rule rule;
    rule.name = "strict";
    rule.when = "sender.domain == \"far.example\"";
    rule.rollout = policy::Rule::everybody;
    made->policy.rules = *policy::RuleSet::compile({std::move(rule)}, {});
    return made;
  }
  static std::string request(std::string_view state, std::string_view recipient) {
    std::string text = "request=smtpd_access_policy\nprotocol_state=";
    text += state;
    text += "\nprotocol_name=ESMTP\nclient_address=198.51.100.1\nclient_port=25025\nclient_name=unknown\n";
    text += "helo_name=client.example\nsender=s@far.example\ninstance=1.2\nrecipient=";
    text += recipient;
    return text + "\n\n";
  }

  tests::FakeServices fakes_;
  ListenerConfig listener_;
  ExternalMta mta_;
  std::shared_ptr<GateConfig> config_ = tests::FakeServices::config();
  CurrentConfig current_{config_};
  tests::TestLoop test_;
  tests::SocketPair mta_end_{test_.loop};
  std::shared_ptr<Session> session_;
  bool ended_ = false;
};

TEST_F(ExternalMtas, AreAnsweredByPolicyDelegation) {
  begin_policy();
  EXPECT_EQ(exchange(request("RCPT", "alice@example.org")), "action=DUNNO\n\n");
  EXPECT_EQ(exchange(request("RCPT", "bob@example.org")), "action=DUNNO\n\n");
  EXPECT_EQ(fakes_.place.counters.get(Count::policy_requests), 2U);
  EXPECT_FALSE(mta_.tells_ends());
  EXPECT_EQ(exchange(request("END-OF-MESSAGE", "")), "action=DUNNO\n\n");
  EXPECT_TRUE(mta_.tells_ends());
}

TEST_F(ExternalMtas, AreJudgedByAReloadOnAPolicyConnectionThatStays) {
  begin_policy();
  auto const ask = request("RCPT", "alice@example.org");
  EXPECT_EQ(exchange(ask), "action=DUNNO\n\n");
  current_.set(stricter());
  EXPECT_EQ(exchange(ask), "action=DEFER_IF_PERMIT 4.7.1 Please try again later\n\n");
  current_.set(config_);
  EXPECT_EQ(exchange(ask), "action=DUNNO\n\n");
}

TEST_F(ExternalMtas, HaveEachVerdictInTheLog) {
  current_.set(stricter());
  begin_policy();
  auto ask = request("RCPT", "alice@example.org");
  ask.insert(ask.size() - 1, "queue_id=4Zabc\n");
  exchange(ask);
  EXPECT_TRUE(fakes_.place.log.mentions(
      "level=info event=verdict rule=strict verdict=defer code=450 client=198.51.100.1"));
  EXPECT_TRUE(fakes_.place.log.mentions("sender=s@far.example recipient=alice@example.org queue_id=4Zabc"));
  current_.set(config_);
  exchange(ask);
  EXPECT_TRUE(fakes_.place.log.mentions("level=debug event=verdict verdict=accept client=198.51.100.1"));
}

TEST_F(ExternalMtas, AreLeftWhenTheirPolicyRequestsAreMalformed) {
  begin_policy();
  EXPECT_EQ(exchange("this is no attribute\n"), "");
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(mta_end_.closed());
  EXPECT_TRUE(fakes_.place.log.mentions("policy-request-malformed"));
}

TEST_F(ExternalMtas, AreLeftAtOnceWhenAPolicySessionIsCut) {
  begin_policy();
  EXPECT_FALSE(ended_);
  session_->cut();
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
}

TEST_F(ExternalMtas, AreLeftBetweenTwoMessagesWhenAPolicySessionDrains) {
  begin_policy();
  session_->drain();
  test_.settle();
  EXPECT_TRUE(ended_);
}

// A packet from the MTA: the length of command and data, the command, the data.
std::string packet(char command, std::string_view data = {}) {
  std::string out(3, '\0');
  out += static_cast<char>(data.size() + 1);
  out += command;
  out += data;
  return out;
}

std::string null_ended(std::string_view text) { return std::string(text) + '\0'; }

TEST_F(ExternalMtas, AreAnsweredByMilter) {
  begin_milter();
  std::string const offer{"\0\0\0\6\0\0\0\x1F\0\0\x1F\xFF", 12};
  auto const negotiated = exchange(packet('O', offer));
  ASSERT_GE(negotiated.size(), 5U);
  EXPECT_EQ(negotiated[4], 'O');
  auto const go_on = wire::print_milter_packet('c');
  EXPECT_EQ(exchange(packet('C', null_ended("client.example") + "4" + std::string("\x61\xC1", 2) +
                                     null_ended("198.51.100.1"))),
            go_on);
  EXPECT_EQ(exchange(packet('H', null_ended("client.example"))), go_on);
  EXPECT_EQ(exchange(packet('M', null_ended("<s@far.example>"))), go_on);
  EXPECT_EQ(exchange(packet('R', null_ended("<alice@example.org>"))), go_on);
  EXPECT_EQ(exchange(packet('E')), go_on);
  EXPECT_EQ(fakes_.place.counters.get(Count::milter_messages), 1U);
  exchange(packet('Q'));
  EXPECT_TRUE(ended_);
}

class OwnFieldsOfOthers : public ExternalMtas {
 protected:
  // What the milter says at the end of a message with these header fields.
  std::string answer_to(std::vector<std::string> const& names) {
    auto const go_on = wire::print_milter_packet('c');
    EXPECT_EQ(exchange(packet('M', null_ended("<s@far.example>"))), go_on);
    EXPECT_EQ(exchange(packet('R', null_ended("<alice@example.org>"))), go_on);
    for (auto const& name : names)
      EXPECT_EQ(exchange(packet('L', null_ended(name) + null_ended("x"))), go_on) << name;
    return exchange(packet('E'));
  }
  std::uint32_t negotiate(std::uint32_t actions) {  // what is not to be sent
    std::string offer{"\0\0\0\6\0\0\0\0\0\0\x1F\xFF", 12};
    offer[7] = static_cast<char>(actions);
    auto const said = exchange(packet('O', offer));
    EXPECT_EQ(said.size(), 17U);
    auto const offered = wire::parse_milter_offer(std::string_view(said).substr(5));
    EXPECT_TRUE(offered);
    return offered ? offered->protocol : 0;
  }
};

TEST_F(OwnFieldsOfOthers, AreTakenOutByMilterTheLastFirst) {
  begin_milter();
  auto const skipped = negotiate(0x1F);
  EXPECT_EQ(skipped & wire::milter_no_headers, 0U);
  EXPECT_NE(skipped & wire::milter_no_body, 0U);
  auto const go_on = wire::print_milter_packet('c');
  EXPECT_EQ(answer_to({"Subject", "X-Postern-Flag", "X-Other", "x-postern-flag", "X-POSTERN-Seen "}),
            wire::print_milter_removal("x-postern-flag", 2) +
                wire::print_milter_removal("x-postern-flag", 1) +
                wire::print_milter_removal("x-postern-seen", 1) + go_on);
  EXPECT_EQ(answer_to({"Subject", "X-Poster", "Postern-Flag"}), go_on) << "the next message has none";
}

TEST_F(OwnFieldsOfOthers, StayWhereTheMtaDoesNotLetThemBeTakenOut) {
  begin_milter();
  EXPECT_NE(negotiate(0x0F) & wire::milter_no_headers, 0U) << "then they are of no interest";
  EXPECT_EQ(answer_to({"X-Postern-Flag"}), wire::print_milter_packet('c'));
}

TEST_F(ExternalMtas, AreJudgedByAReloadFromTheNextTransactionOnAMilterConnectionThatStays) {
  begin_milter();
  exchange(packet('O', std::string{"\0\0\0\6\0\0\0\x1F\0\0\x1F\xFF", 12}));
  auto const go_on = wire::print_milter_packet('c');
  exchange(packet(
      'C', null_ended("client.example") + "4" + std::string("\x61\xC1", 2) + null_ended("198.51.100.1")));
  EXPECT_EQ(exchange(packet('M', null_ended("<s@far.example>"))), go_on);
  current_.set(stricter());
  EXPECT_EQ(exchange(packet('R', null_ended("<alice@example.org>"))), go_on) << "it goes on as it began";
  EXPECT_EQ(exchange(packet('E')), go_on);
  EXPECT_NE(exchange(packet('M', null_ended("<s@far.example>"))).find("450 4.7.1"), std::string::npos);
  current_.set(config_);
  EXPECT_EQ(exchange(packet('M', null_ended("<s@far.example>"))), go_on);
}

TEST_F(ExternalMtas, AreLeftAtOnceWhenAMilterSessionIsCut) {
  begin_milter();
  session_->cut();
  test_.settle();
  EXPECT_TRUE(ended_);
  session_->cut();
}

TEST_F(ExternalMtas, AreLeftWhenTheirMilterPacketsAreTooLong) {
  begin_milter();
  exchange(std::string("\x7F\xFF\xFF\xFFM", 5));
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(fakes_.place.log.mentions("milter-packet-malformed"));
}

}  // namespace
}  // namespace postern::session

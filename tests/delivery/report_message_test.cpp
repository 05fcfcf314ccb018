#include "delivery/report_message.hpp"

#include <gtest/gtest.h>

#include "support/one_message.hpp"

namespace postern::delivery {
namespace {

using tests::address;
using tests::attempt_for;
using tests::OneMessage;
using wire::Action;

// What is reported of one attempt, at `now`.
class Reports {
 public:
  Attempt attempt = attempt_for("alice@example.org");
  std::vector<RecipientOutcome> outcomes;
  Instant now = from_micros(0);

  ReportRequest request(Action action) const {
    return {action, attempt, outcomes, hostname_, now, std::chrono::hours(4), std::chrono::hours(120)};
  }
  bool due(Action action) const { return report_due(request(action)); }
  ReportMessage make(Action action) const { return make_report(request(action), spool_, MessageId{9}); }
  void ended(wire::Reply const& reply, Relayed relayed = Relayed::no) {
    outcomes = same_for_all(attempt, reply);
    for (auto& outcome : outcomes) outcome.relayed = relayed;
  }
  void asked_for(char const* notify) {
    attempt.envelope.recipients[0].notify = notify ? *wire::Notify::parse(notify) : wire::Notify{};
  }

 private:
  OneMessage spool_{{"Subject: x\r\n\r\nbody\r\n"}};
  std::string hostname_ = "mx";
};

TEST(ReportMessage, TellsOfFailuresUnlessTheSenderSaidNever) {  // RFC 3461 section 5.2
  Reports reports;
  reports.ended({550, {5, 1, 1}, "no"});
  ASSERT_TRUE(reports.due(Action::failed));
  auto const report = reports.make(Action::failed);
  EXPECT_FALSE(report.envelope.reverse_path);
  EXPECT_EQ(report.envelope.recipients.at(0).address.print(), "s@far.example");
  EXPECT_NE(report.content.find("body\r\n"), std::string::npos);
  for (auto const* notify : {"SUCCESS", "NEVER", "DELAY"}) {
    reports.asked_for(notify);
    EXPECT_FALSE(reports.due(Action::failed)) << notify;
  }
  reports.asked_for(nullptr);
  reports.attempt.envelope.ret = wire::Ret::headers;
  EXPECT_EQ(reports.make(Action::failed).content.find("body\r\n"), std::string::npos);
  reports.attempt.envelope.reverse_path.reset();
  EXPECT_FALSE(reports.due(Action::failed)) << "never about a message from the null sender";
}

TEST(ReportMessage, TellsOfDeliveriesToWhoAsked) {
  Reports reports;
  reports.ended({250, {2, 0, 0}, "yes"});
  EXPECT_FALSE(reports.due(Action::delivered));
  reports.asked_for("SUCCESS");
  EXPECT_TRUE(reports.due(Action::delivered));
  EXPECT_EQ(reports.make(Action::delivered).content.find("body\r\n"), std::string::npos)
      << "the content goes back with failures only (RFC 3461 section 4.3)";
}

TEST(ReportMessage, TellsOfRelaysWhereNobodyElseCan) {  // RFC 3461 section 5.2.2
  Reports reports;
  reports.asked_for("SUCCESS");
  reports.ended({250, {2, 0, 0}, "yes"}, Relayed::to_dsn);
  EXPECT_FALSE(reports.due(Action::relayed));
  EXPECT_FALSE(reports.due(Action::delivered));
  reports.ended({250, {2, 0, 0}, "yes"}, Relayed::beyond_dsn);
  EXPECT_TRUE(reports.due(Action::relayed));
  EXPECT_FALSE(reports.due(Action::delivered));
  EXPECT_NE(reports.make(Action::relayed).content.find("Action: relayed\r\n"), std::string::npos);
}

TEST(ReportMessage, TellsOfADelayOnce) {
  Reports reports;
  reports.asked_for("DELAY,FAILURE");
  reports.ended({451, {4, 4, 1}, "nobody there"});
  auto& envelope = reports.attempt.envelope;
  envelope.arrived = from_micros(0);
  envelope.recipients[0].due = envelope.arrived + std::chrono::hours(4);  // the attempt at the notice's time
  reports.now = envelope.arrived + std::chrono::hours(3);
  EXPECT_FALSE(reports.due(Action::delayed)) << "not yet";
  reports.now = envelope.arrived + std::chrono::hours(4);
  ASSERT_TRUE(reports.due(Action::delayed));
  auto const content = reports.make(Action::delayed).content;
  EXPECT_NE(content.find("Action: delayed\r\n"), std::string::npos);
  EXPECT_NE(content.find("Will-Retry-Until: "), std::string::npos);  // RFC 3464 section 2.3.9
  envelope.recipients[0].due = envelope.arrived + std::chrono::hours(5);
  reports.now = envelope.arrived + std::chrono::hours(5);
  EXPECT_FALSE(reports.due(Action::delayed)) << "not again";
}

TEST(ReportMessage, CarriesRequireTlsOn) {  // RFC 8689 section 5
  Reports reports;
  reports.ended({550, {5, 7, 30}, "no"});
  reports.attempt.envelope.requiretls = true;
  EXPECT_TRUE(reports.make(Action::failed).envelope.requiretls);
}

}  // namespace
}  // namespace postern::delivery

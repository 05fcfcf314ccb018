#include "delivery/report_message.hpp"

#include <gtest/gtest.h>

#include "base/ascii.hpp"
#include "support/line_ends.hpp"
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

ReportMessage report_of_failure(std::string const& content, wire::Body body, std::string_view sender) {
  OneMessage const spool({content});
  auto attempt = attempt_for("alice@example.org");
  attempt.envelope.reverse_path = address(sender);
  attempt.envelope.body = body;
  attempt.envelope.size = content.size();
  auto const outcomes = same_for_all(attempt, {550, {5, 1, 1}, "no, d\xC3\xA9sol\xC3\xA9"});
  std::string const hostname = "mx";
  return make_report({wire::Action::failed, attempt, outcomes, hostname, from_micros(0),
                      std::chrono::hours(4), std::chrono::hours(120)},
                     spool, MessageId{9});
}

TEST(ReportMessage, NeverNeedsWhatTheSendersServerMayLack) {  // RFC 3461 section 6.2
  std::vector<std::string> const contents{
      "Subject: x\r\n\r\ncaf\xE9\r\n",
      "Subject: \xC3\xA9\r\n\r\nx\r\n",
      "Subject: x\n.\nMAIL FROM:<a@b.example>\n\n\r.\r\r\n\xFF",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\xE9\r\n--b--\r\n",
      "Content-Type: message/rfc822\r\n\r\nSubject: \xE9\r\n",
      std::string(70'000, 'x'),
      ""};
  for (auto const& content : contents)
    for (auto const body : {wire::Body::seven_bit, wire::Body::eight_bit_mime, wire::Body::binary_mime}) {
      auto const report = report_of_failure(content, body, "s@far.example");
      EXPECT_TRUE(is_ascii(report.content)) << content;
      EXPECT_TRUE(tests::only_crlf(report.content)) << content;
      EXPECT_FALSE(report.envelope.smtputf8);
      EXPECT_LT(report.content.size(), 70'000U);
    }
}

TEST(ReportMessage, SaysWhyTheContentIsNotReturned) {
  constexpr std::string_view told = "Only the header section of your message is returned:\r\n";
  auto const says = [&](std::string const& content, wire::Body body) {
    auto const text = report_of_failure(content, body, "s@far.example").content;
    auto const at = text.find(told);
    return at == std::string::npos ? std::string() : text.substr(at + told.size(), 15);
  };
  EXPECT_EQ(says("Subject: x\r\n\r\ncaf\xE9\r\n", wire::Body::eight_bit_mime), "");
  EXPECT_EQ(says("Subject: x\r\n\r\nx\r\n", wire::Body::binary_mime), "it is binary (B");
  EXPECT_EQ(says("Subject: x\r\n\r\n" + std::string(70'000, 'x'), wire::Body::seven_bit), "it is larger th");
  EXPECT_EQ(says("Subject: \xE9\r\n\r\nx\r\n", wire::Body::eight_bit_mime), "its text has ch");
}

TEST(ReportMessage, CarriesAllAsItIsToASenderWhoseServerKnowsUtf8) {  // RFC 6533 section 3
  auto const report = report_of_failure("Subject: x\r\n\r\ncaf\xC3\xA9\r\n", wire::Body::eight_bit_mime,
                                        "\xC3\xBC@far.example");
  EXPECT_TRUE(report.envelope.smtputf8);
  EXPECT_NE(report.content.find("message/global\r\n"), std::string::npos);
  EXPECT_NE(report.content.find("caf\xC3\xA9\r\n"), std::string::npos);
}

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
  EXPECT_EQ(reports.make(Action::failed).content.find("body\r\n"), std::string::npos);
}

}  // namespace
}  // namespace postern::delivery

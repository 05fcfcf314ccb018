#include "delivery/outcome_recorder.hpp"

#include <gtest/gtest.h>

#include <array>

#include "net/spawn.hpp"
#include "support/example_policy.hpp"
#include "support/memory_spool.hpp"
#include "support/simulated.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using std::chrono::hours;
using tests::address;
using wire::RecipientState;

class OutcomeRecorderTest : public testing::Test {
 protected:
  OutcomeRecorderTest() {
    auto opened = store::Evidence::open({place.path("facts.db")}, place.log, place.counters);
    EXPECT_TRUE(opened);
    evidence = std::move(*opened);
    recorder = std::make_unique<OutcomeRecorder>(
        OutcomeServices{loop, spool, *evidence, place.log, place.counters, random, clock});
  }

  // A message from s@far.example to `recipients` addresses.
  Attempt accept(std::string const& notify = {}, std::uint32_t recipients = 1) {
    Attempt attempt;
    attempt.id = spool.next_id();
    attempt.envelope.arrived = clock.now();
    attempt.envelope.reverse_path = address("s@far.example");
    for (std::uint32_t i = 0; i < recipients; ++i) {
      attempt.recipients.push_back(i);
      attempt.envelope.recipients.push_back(
          {address("r" + std::to_string(i) + "@d.example"), {}, {}, {}, {}, 0, clock.now(), {}});
      if (!notify.empty()) attempt.envelope.recipients.back().notify = *wire::Notify::parse(notify);
    }
    spool.accept(attempt.id, "Subject: x\r\n\r\n", attempt.envelope, [](auto safe) { EXPECT_TRUE(safe); });
    return attempt;
  }

  void record(Attempt const& attempt, std::vector<RecipientOutcome> outcomes, Instant not_before = {}) {
    net::spawn(
        loop,
        recorder->record({"mx.example.org", retry}, attempt, "mx:d.example", std::move(outcomes), not_before),
        place.log, place.counters, "record");
    tests::run_ready(loop);
  }

  // What the sender has been told; each report is taken out of the queue.
  std::string reports(Attempt const& about) {
    std::string said;
    for (auto const id : spool.list({}, 100)) {
      if (id == about.id) continue;
      EXPECT_FALSE(spool.envelope(id)->reverse_path);
      EXPECT_EQ(spool.envelope(id)->recipients.at(0).address.print(), "s@far.example");
      std::string const content = **spool.read_chunk(id, 0);
      auto const from = content.find("Action: ") + 8;
      said += (said.empty() ? "" : ",") + content.substr(from, content.find("\r\n", from) - from);
      spool.remove(id, [](auto) {});
    }
    return said;
  }

  RetrySettings const retry;
  tests::Workplace place;
  net::EventLoop loop{"test"};
  tests::ManualClock clock;
  tests::SeededRandom random{1};
  tests::MemorySpool spool{clock};
  std::unique_ptr<store::Evidence> evidence;
  std::unique_ptr<OutcomeRecorder> recorder;
};

TEST_F(OutcomeRecorderTest, ReportsEachOutcomeToWhoAskedForIt) {  // RFC 3461 section 5.2
  enum class Case { delivered, passed_to_dsn, relayed, put_off, put_off_at_notice, given_up, refused };
  struct Row {
    char const* notify;
    std::array<char const*, 7> reported;  // by Case
  };
  // clang-format off
  std::array<Row, 6> const rows{{
      {"",                      {"",          "", "",        "", "",        "failed", "failed"}},
      {"NEVER",                 {"",          "", "",        "", "",        "",       ""}},
      {"SUCCESS",               {"delivered", "", "relayed", "", "",        "",       ""}},
      {"FAILURE",               {"",          "", "",        "", "",        "failed", "failed"}},
      {"DELAY",                 {"",          "", "",        "", "delayed", "",       ""}},
      {"SUCCESS,FAILURE,DELAY", {"delivered", "", "relayed", "", "delayed", "failed", "failed"}},
  }};
  // clang-format on
  wire::Reply const yes{250, {2, 0, 0}, "ok"};
  wire::Reply const later{451, {4, 3, 2}, "later"};
  for (auto const& row : rows)
    for (std::size_t i = 0; i < row.reported.size(); ++i) {
      SCOPED_TRACE(std::string(row.notify) + ", case " + std::to_string(i));
      auto const attempt = accept(row.notify);
      auto outcomes = same_for_all(attempt, later);
      switch (static_cast<Case>(i)) {
        case Case::delivered: outcomes = same_for_all(attempt, yes); break;
        case Case::passed_to_dsn:
          outcomes = same_for_all(attempt, yes);
          outcomes[0].relayed = Relayed::to_dsn;
          break;
        case Case::relayed:
          outcomes = same_for_all(attempt, yes);
          outcomes[0].relayed = Relayed::beyond_dsn;
          break;
        case Case::put_off: break;
        case Case::put_off_at_notice: clock.advance(retry.delay_notice); break;
        case Case::given_up: clock.advance(retry.lifetime); break;
        case Case::refused: outcomes = same_for_all(attempt, {550, {5, 1, 1}, "no"}); break;
      }
      record(attempt, outcomes);
      EXPECT_EQ(reports(attempt), row.reported[i]);
      bool const waits =
          static_cast<Case>(i) == Case::put_off || static_cast<Case>(i) == Case::put_off_at_notice;
      EXPECT_EQ(spool.envelope(attempt.id).has_value(), waits);
      spool.remove(attempt.id, [](auto) {});
    }
}

TEST_F(OutcomeRecorderTest, KeepsWhatBecameOfEachRecipient) {
  auto const attempt = accept({}, 3);
  std::vector<RecipientOutcome> outcomes{outcome_of(0, {250, {2, 0, 0}, "ok"}, "mx.d.example"),
                                         outcome_of(1, {451, {4, 3, 2}, "later"}, "mx.d.example"),
                                         outcome_of(2, {550, {5, 1, 1}, "no"}, "mx.d.example")};
  record(attempt, outcomes, clock.now() + hours(1));
  auto const kept = spool.envelope(attempt.id);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->recipients[0].state, RecipientState::delivered);
  EXPECT_EQ(kept->recipients[1].state, RecipientState::waiting);
  EXPECT_EQ(kept->recipients[1].due, clock.now() + hours(1)) << "not before its destination";
  EXPECT_EQ(kept->recipients[1].last_reply, "451 4.3.2 later");
  EXPECT_EQ(kept->recipients[2].state, RecipientState::failed);
  for (auto const& recipient : kept->recipients) EXPECT_EQ(recipient.attempts, 1U);
  EXPECT_EQ(reports(attempt), "failed");
  EXPECT_EQ(place.counters.get(Count::delivered), 1U);
  EXPECT_EQ(place.counters.get(Count::delivery_deferred), 1U);
  EXPECT_EQ(place.counters.get(Count::bounced), 1U);
}

TEST_F(OutcomeRecorderTest, LetsAFailureWaitUntilItsReportIsSafe) {
  auto const attempt = accept();
  spool.refuse(true);
  record(attempt, same_for_all(attempt, {550, {5, 1, 1}, "no"}));
  auto const kept = spool.envelope(attempt.id);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->recipients[0].state, RecipientState::waiting);
  EXPECT_GT(kept->recipients[0].due, clock.now());
  spool.refuse(false);
  record(attempt, same_for_all(attempt, {550, {5, 1, 1}, "no"}));
  EXPECT_EQ(reports(attempt), "failed");
  EXPECT_FALSE(spool.envelope(attempt.id));
}

TEST_F(OutcomeRecorderTest, ReportsNothingOfAReport) {
  auto attempt = accept();
  attempt.envelope.reverse_path.reset();
  record(attempt, same_for_all(attempt, {550, {5, 1, 1}, "no"}));
  EXPECT_EQ(reports(attempt), "");
  EXPECT_FALSE(spool.envelope(attempt.id));
}

TEST_F(OutcomeRecorderTest, TellsTheLogOfAReportThatIsLost) {
  auto attempt = accept();
  spool.remove(attempt.id, [](auto) {});
  attempt.envelope.reverse_path.reset();
  spool.accept(attempt.id, "From: us\r\nSubject: Your message\r\n\r\nx", attempt.envelope, [](auto) {});
  record(attempt, same_for_all(attempt, {451, {4, 3, 2}, "later"}));
  EXPECT_FALSE(place.log.mentions("report-lost")) << "it is tried again";
  record(attempt, same_for_all(attempt, {552, {5, 3, 4}, "too big"}));
  for (auto const* text : {"report-lost", "r0@d.example", "Your message", "552 5.3.4 too big"})
    EXPECT_TRUE(place.log.mentions(text)) << text;
}

}  // namespace
}  // namespace postern::delivery

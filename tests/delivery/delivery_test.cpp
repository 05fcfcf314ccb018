#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "delivery/maildir.hpp"
#include "delivery/report_message.hpp"
#include "delivery/retry_times.hpp"
#include "delivery/route.hpp"
#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using tests::address;
using tests::example_policy;

class OneMessage : public store::Spool {  // a spool with a single message
 public:
  explicit OneMessage(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  MessageId next_id() override { return {2}; }
  void add_chunk(MessageId, std::string, Done) override {}
  void accept(MessageId, std::string, wire::Envelope const&, Done) override {}
  void abandon(MessageId) override {}
  void settle(MessageId, std::vector<wire::Settlement>) override {}
  bool hold(MessageId, bool) override { return false; }
  bool remove(MessageId) override { return false; }
  std::optional<wire::Envelope> envelope(MessageId) const override { return std::nullopt; }
  std::vector<MessageId> list(MessageId, std::size_t) const override { return {}; }
  Result<std::optional<std::string>, store::SpoolError> read_chunk(MessageId,
                                                                   std::size_t index) const override {
    return index < pieces_.size() ? std::optional(pieces_[index]) : std::nullopt;
  }
  store::SpoolSummary summary() const override { return {}; }
  void on_accepted(OnAccepted) override {}

 private:
  std::vector<std::string> pieces_;
};

Attempt attempt_for(std::string_view recipient) {
  Attempt attempt{MessageId{1'795'474'834'000'000}, {}, {0}};
  attempt.envelope.reverse_path = address("s@far.example");
  attempt.envelope.recipients.push_back({address(recipient), {}, {}, {}, {}, 0, {}, {}});
  return attempt;
}

std::vector<std::filesystem::path> files_in(std::filesystem::path const& directory) {
  std::vector<std::filesystem::path> found;
  if (std::filesystem::exists(directory))
    for (auto const& entry : std::filesystem::directory_iterator(directory)) found.push_back(entry.path());
  return found;
}

TEST(Route, ParsesAndPrints) {
  for (auto const* text :
       {"discard", "maildir:/srv/{domain}/{local}", "lmtp:unix:/run/dovecot/lmtp", "lmtp:127.0.0.1:24"})
    EXPECT_EQ(print(*parse_route(text)), text);
  for (auto const* text : {"", "maildir:", "lmtp:", "lmtp:host", "lmtp:unix:", "smtp:x", "mbox:/x"})
    EXPECT_FALSE(parse_route(text)) << text;
  auto const directory = example_policy("maildir:/m").directory;
  EXPECT_EQ(print(route_for(directory, address("alice@example.org"))), "maildir:/m");
  EXPECT_EQ(print(route_for(directory, address("x@elsewhere.example"))), "outbound");
  EXPECT_EQ(print(route_for(directory, address("gone@example.org"))), "nowhere");
}

TEST(RetryTimes, GrowToALongestAndVaryALittle) {
  class Fixed : public Random {
   public:
    std::uint64_t next() override { return value; }
    std::uint64_t value = 0;
  } random;
  RetrySettings const settings{std::chrono::minutes(1), std::chrono::hours(4), std::chrono::hours(120)};
  auto const wait = [&](std::uint32_t attempts) {
    return next_attempt(settings, from_micros(0), attempts, random) - from_micros(0);
  };
  random.value = 6'000'000;  // the middle of the first interval's spread
  EXPECT_EQ(wait(1), std::chrono::minutes(1));
  random.value = 0;
  EXPECT_EQ(wait(1), std::chrono::seconds(54));
  EXPECT_EQ(wait(2), std::chrono::seconds(108));
  EXPECT_EQ(wait(100), std::chrono::minutes(216));
  EXPECT_EQ(wait(4'000'000'000U), std::chrono::minutes(216));
}

TEST(Maildir, MakesSafePaths) {
  auto const directory = example_policy().directory;
  auto const path = [&](std::string_view a) {
    return maildir_path("/m/{domain}/{local}", address(a), directory);
  };
  EXPECT_EQ(path("Alice+tag@example.org"), "/m/example.org/alice");
  EXPECT_EQ(path("\"../../etc\"@any.example"), "/m/any.example/%2E.%2F..%2Fetc");
  EXPECT_EQ(path("\"a/b\"@any.example"), "/m/any.example/a%2Fb");
  EXPECT_EQ(path("\".\"@any.example"), "/m/any.example/%2E");
  EXPECT_EQ(path("{local}@any.example"), "/m/any.example/{local}");
}

TEST(Maildir, DeliversOnceWithReturnPathAndUnixLines) {
  tests::Workplace place;
  OneMessage const spool({"Subject: x\r", "\n\r\nbody\r\n"});
  auto const attempt = attempt_for("alice@example.org");
  for (int again = 0; again < 2; ++again) {  // a repeated delivery takes the place of the first
    auto const outcome =
        deliver_to_maildir(store::real_files(), spool, place.path("a/b"), "mx.example.org", attempt, 0);
    EXPECT_EQ(outcome.ending, Ending::delivered);
  }
  auto const found = files_in(place.path("a/b/new"));
  ASSERT_EQ(found.size(), 1U);
  std::ifstream in(found[0], std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "Return-Path: <s@far.example>\nSubject: x\n\nbody\n");
  EXPECT_TRUE(files_in(place.path("a/b/tmp")).empty());
  EXPECT_TRUE(std::filesystem::exists(place.path("a/b/cur")));
}

TEST(Maildir, LeavesNothingHalfWhateverFails) {
  OneMessage const spool({"Subject: x\r\n\r\n", "body\r\n"});
  auto const attempt = attempt_for("alice@example.org");
  tests::Workplace counting;
  tests::FailingFiles count(store::real_files());
  deliver_to_maildir(count, spool, counting.path("m"), "mx", attempt, 0);
  for (std::uint64_t call = 1; call <= count.calls(); ++call) {
    tests::Workplace place;
    tests::FailingFiles files(store::real_files());
    files.fail_at(call, store::FileError::full);
    auto const outcome = deliver_to_maildir(files, spool, place.path("m"), "mx", attempt, 0);
    auto const delivered = files_in(place.path("m/new")).size();
    if (outcome.ending == Ending::delivered) EXPECT_EQ(delivered, 1U) << call;
    EXPECT_NE(outcome.ending, Ending::failed) << call;
    EXPECT_TRUE(files_in(place.path("m/tmp")).empty()) << call;
  }
}

TEST(ReportMessage, IsMadeWhenOneIsDue) {  // RFC 3461 section 5.2
  OneMessage const spool({"Subject: x\r\n\r\nbody\r\n"});
  auto attempt = attempt_for("alice@example.org");
  auto const failed = same_for_all(attempt, {550, {5, 1, 1}, "no"});
  auto const delivered = same_for_all(attempt, {250, {2, 0, 0}, "yes"});
  auto const make = [&](wire::Action action, auto const& outcomes) {
    return make_report(action, attempt, outcomes, spool, "mx", MessageId{9}, from_micros(0));
  };
  auto const report = make(wire::Action::failed, failed);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->envelope.reverse_path);
  EXPECT_EQ(report->envelope.recipients.at(0).address.print(), "s@far.example");
  EXPECT_NE(report->content.find("body\r\n"), std::string::npos);
  EXPECT_FALSE(make(wire::Action::delivered, delivered));
  attempt.envelope.recipients[0].notify = *wire::Notify::parse("SUCCESS");
  EXPECT_TRUE(make(wire::Action::delivered, delivered));
  EXPECT_FALSE(make(wire::Action::failed, failed));
  attempt.envelope.recipients[0].notify = *wire::Notify::parse("NEVER");
  EXPECT_FALSE(make(wire::Action::failed, failed));
  attempt.envelope.recipients[0].notify = {};
  attempt.envelope.ret = wire::Ret::headers;
  EXPECT_EQ(make(wire::Action::failed, failed)->content.find("body\r\n"), std::string::npos);
  attempt.envelope.reverse_path.reset();
  EXPECT_FALSE(make(wire::Action::failed, failed)) << "never about a message from the null sender";
}

}  // namespace
}  // namespace postern::delivery

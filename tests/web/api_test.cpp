#include "web/api.hpp"

#include <gtest/gtest.h>

#include "store/segment_spool.hpp"
#include "store/spool_answer.hpp"
#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/workplace.hpp"

namespace postern::web {
namespace {

// Does nothing but keep what it was asked to do.
class FakeControl : public Control {
 public:
  explicit FakeControl(store::Spool& spool) : spool_(spool) {}

  store::Spool& spool() override { return spool_; }
  DestinationOf destination() override {
    return [](auto const&, auto const&) { return std::string("mx:example.org"); };
  }
  std::vector<DestinationState> destinations() override {
    return {{"mx:example.org", 2, from_micros(1'000'000), "nobody there"}};
  }
  void retry(MessageId id) override { asked.push_back("retry " + id.print()); }
  void retry_all() override { asked.emplace_back("retry all"); }
  std::string move(MessageId id, std::string const& route) override {
    asked.push_back("move " + id.print() + " to " + route);
    return route == "junk" ? "no such route" : "";
  }
  void send_tls_reports(Instant day) override { asked.push_back("reports of " + print_iso8601(day)); }
  void send_notices(Instant day) override { asked.push_back("notices of " + print_iso8601(day)); }
  Result<std::size_t, std::string> take_imported_memory() override {
    if (broken) return fail(std::string("the disk is full"));
    return std::size_t{3};
  }
  bool forget_memory(policy::MemoryKind kind, std::string const& name) override {
    return kind == policy::MemoryKind::host && name == "192.0.2.0/24";
  }

  std::vector<std::string> asked;
  bool broken = false;

 private:
  store::Spool& spool_;
};

class Api : public ::testing::Test {
 protected:
  HttpAnswer ask(std::string_view method, std::string const& target) {
    return answer_api(control_, method, target);
  }

  MessageId accept(std::string const& address) {
    auto const id = spool_->next_id();
    wire::Envelope envelope;
    envelope.recipients.push_back({tests::address(address), {}, {}, {}, {}, 0, {}, {}});
    EXPECT_TRUE(store::answer_of(
        [&](auto done) { spool_->accept(id, "Subject: hello\r\n\r\nbody", envelope, std::move(done)); }));
    return id;
  }

  using Asked = std::vector<std::string>;
  tests::Workplace place_;
  tests::FailingFiles files_{store::real_files()};
  std::unique_ptr<store::SegmentSpool> spool_ = std::move(
      *store::SegmentSpool::open({place_.path("spool"), 1 << 20}, files_, place_.log, place_.counters));
  FakeControl control_{*spool_};
};

TEST_F(Api, ListsAndShowsMessages) {
  auto const id = accept("a@example.org").print();
  auto const listed = ask("GET", "/api/queue").body;
  EXPECT_NE(listed.find(id), std::string::npos);
  EXPECT_NE(listed.find("\"next\":null"), std::string::npos);
  EXPECT_EQ(ask("GET", "/api/queue?after=" + id).body.find(id), std::string::npos);
  auto const shown = ask("GET", "/api/queue/" + id).body;
  EXPECT_NE(shown.find("Subject: hello"), std::string::npos);
  EXPECT_EQ(shown.find("body"), std::string::npos);
}

TEST_F(Api, SaysThatTheDiskRefusedAChangeOfTheQueue) {
  auto const id = accept("a@example.org");
  auto const target = "/api/queue/" + id.print();
  files_.fail_at(files_.calls() + 1, store::FileError::full, tests::FailingFiles::for_ever);
  for (auto const& [method, action] :
       {std::pair{"POST", "/hold"}, std::pair{"POST", "/release"}, std::pair{"DELETE", ""}}) {
    auto const answer = ask(method, target + action);
    EXPECT_EQ(answer.status, 503) << action;
    EXPECT_EQ(answer.body, "{\"error\":\"there is no room on the spool's disk\"}\n");
  }
  EXPECT_EQ(control_.asked, Asked{});
  EXPECT_FALSE(spool_->envelope(id)->held);
  files_.heal();
  EXPECT_EQ(ask("POST", target + "/hold").status, 200);
  EXPECT_TRUE(spool_->envelope(id)->held);
}

TEST_F(Api, HoldsAndReleasesAMessage) {
  auto const id = accept("a@example.org");
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/hold").status, 200);
  EXPECT_TRUE(spool_->envelope(id)->held);
  EXPECT_EQ(control_.asked, Asked{});
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/release").status, 200);
  EXPECT_FALSE(spool_->envelope(id)->held);
  EXPECT_EQ(control_.asked, Asked{"retry " + id.print()});
}

TEST_F(Api, RetriesOneMessageOrAll) {
  auto const id = accept("a@example.org").print();
  EXPECT_EQ(ask("POST", "/api/queue/" + id + "/retry").status, 200);
  EXPECT_EQ(ask("POST", "/api/queue/retry").status, 200);
  EXPECT_EQ(control_.asked, (Asked{"retry " + id, "retry all"}));
}

TEST_F(Api, DoesNotSayThatAHeldMessageIsRetried) {
  auto const id = accept("a@example.org").print();
  EXPECT_EQ(ask("POST", "/api/queue/" + id + "/hold").status, 200);
  auto const refused = ask("POST", "/api/queue/" + id + "/retry");
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(refused.body.find("postern queue release " + id), std::string::npos) << refused.body;
  EXPECT_EQ(control_.asked, Asked{});
}

TEST_F(Api, MovesAMessageAndSaysWhatIsWrongWithTheRoute) {
  auto const id = accept("a@example.org").print();
  EXPECT_EQ(ask("POST", "/api/queue/" + id + "/move?to=smtp:a.example:25").status, 200);
  EXPECT_EQ(control_.asked, Asked{"move " + id + " to smtp:a.example:25"});
  auto const refused = ask("POST", "/api/queue/" + id + "/move?to=junk");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, "{\"error\":\"no such route\"}\n");
}

TEST_F(Api, DeletesAMessageOnce) {
  auto const id = accept("a@example.org").print();
  EXPECT_EQ(ask("DELETE", "/api/queue/" + id).status, 200);
  EXPECT_EQ(ask("DELETE", "/api/queue/" + id).status, 404);
}

TEST_F(Api, TellsWhatWaitsForWhomAndWhy) {
  accept("a@example.org");
  auto const destinations = ask("GET", "/api/destinations").body;
  for (auto const* part : {"\"destination\":\"mx:example.org\"", "\"recipients\":1", "\"rests_until\":\"1970",
                           "\"problem\":\"nobody there\""})
    EXPECT_NE(destinations.find(part), std::string::npos) << destinations;
}

TEST_F(Api, SendsTheReportsAndNoticesOfADay) {
  EXPECT_EQ(ask("POST", "/api/tlsrpt/send?day=2026-11-24").status, 200);
  EXPECT_EQ(ask("POST", "/api/notices/send?day=2026-11-24").status, 200);
  EXPECT_EQ(control_.asked,
            (Asked{"reports of 2026-11-24T00:00:00.000Z", "notices of 2026-11-24T00:00:00.000Z"}));
  for (auto const* day : {"", "2026-13-01", "2026-1-1", "2026-11-2x"}) {
    EXPECT_EQ(ask("POST", std::string("/api/tlsrpt/send?day=") + day).status, 400) << day;
    EXPECT_EQ(ask("POST", std::string("/api/notices/send?day=") + day).status, 400) << day;
  }
  EXPECT_EQ(control_.asked.size(), 2U);
}

TEST_F(Api, TakesInAndForgetsTlsMemory) {
  EXPECT_EQ(ask("POST", "/api/memory/import").body, "{\"imported\":3}\n");
  EXPECT_EQ(ask("DELETE", "/api/memory/host/192.0.2.0/24").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/memory/host/198.51.100.0/24").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/memory/junk/x").status, 400);
  EXPECT_EQ(ask("DELETE", "/api/memory/host").status, 400);
  control_.broken = true;
  auto const answer = ask("POST", "/api/memory/import");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "{\"error\":\"the disk is full\"}\n");
}

TEST_F(Api, RefusesWhatItDoesNotKnow) {
  auto const id = accept("a@example.org").print();
  for (auto const& [method, target, status] :
       {std::tuple{"GET", std::string("/"), 404}, std::tuple{"GET", std::string("/api/queue/junk"), 400},
        std::tuple{"POST", std::string("/api/queue"), 405},
        std::tuple{"GET", std::string("/api/queue/00000000001"), 404},
        std::tuple{"POST", std::string("/api/queue/00000000001/frob"), 404},
        std::tuple{"POST", std::string("/api/queue/00000000001/retry"), 404},
        std::tuple{"GET", std::string("/api/queue/00000000001/hold"), 405},
        std::tuple{"PUT", "/api/queue/" + id, 405}})
    EXPECT_EQ(ask(method, target).status, status) << method << ' ' << target;
  EXPECT_EQ(control_.asked, Asked{});
}

}  // namespace
}  // namespace postern::web

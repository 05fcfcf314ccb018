#include <gtest/gtest.h>

#include <future>

#include "store/segment_spool.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"
#include "web/api.hpp"
#include "web/metrics.hpp"

namespace postern::web {
namespace {

TEST(Metrics, AreInPrometheusTextForm) {
  Counters counters;
  counters.add(Count::messages_accepted, 7);
  auto const text = print_metrics(counters, {3, 100, 200, 1});
  EXPECT_NE(text.find("# TYPE postern_messages_accepted_total counter\npostern_messages_accepted_total 7"),
            std::string::npos);
  EXPECT_NE(text.find("postern_queue_messages 3"), std::string::npos);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Count::last_); ++i)
    EXPECT_FALSE(name_of(static_cast<Count>(i)).help.empty());
}

TEST(Api, ListsShowsAndActsOnTheQueue) {
  tests::Workplace place;
  auto spool = std::move(*store::SegmentSpool::open({place.path("spool"), 1 << 20}, store::real_files(),
                                                    place.log, place.counters));
  auto const id = spool->next_id();
  wire::Envelope envelope;
  envelope.recipients.push_back({tests::address("a@example.org"), {}, {}, {}, {}, 0, {}, {}});
  std::promise<void> done;
  spool->accept(id, "Subject: hello\r\n\r\nbody", envelope, [&](auto) { done.set_value(); });
  done.get_future().wait();
  int retried = 0, all = 0;
  std::string moved;
  std::vector<std::string> reports;
  Control const control{
      *spool,
      [&](MessageId) { ++retried; },
      [&] { ++all; },
      [](auto const&, auto const&) { return "mx:example.org"; },
      [] {
        return std::vector<DestinationState>{{"mx:example.org", 2, from_micros(1'000'000), "nobody there"}};
      },
      [&](MessageId, std::string const& to) { return moved = to, to == "junk" ? "no" : ""; },
      [&](Instant day) { reports.push_back(print_iso8601(day)); },
      [&](Instant day) { reports.push_back("notices of " + print_iso8601(day)); },
      [] { return std::size_t{3}; },
      [](policy::MemoryKind kind, std::string const& name) {
        return kind == policy::MemoryKind::host && name == "192.0.2.0/24";
      }};
  auto const ask = [&](std::string_view method, std::string const& target) {
    return answer_api(control, method, target);
  };
  EXPECT_NE(ask("GET", "/api/queue").body.find(id.print()), std::string::npos);
  EXPECT_NE(ask("GET", "/api/queue/" + id.print()).body.find("Subject: hello"), std::string::npos);
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/hold").status, 200);
  EXPECT_TRUE(spool->envelope(id)->held);
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/release").status, 200);
  EXPECT_FALSE(spool->envelope(id)->held);
  EXPECT_EQ(retried, 1);
  EXPECT_EQ(ask("POST", "/api/queue/retry").status, 200);
  auto const destinations = ask("GET", "/api/destinations").body;
  for (auto const* part : {"\"destination\":\"mx:example.org\"", "\"recipients\":1", "\"rests_until\":\"1970",
                           "\"problem\":\"nobody there\""})
    EXPECT_NE(destinations.find(part), std::string::npos) << destinations;
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/move?to=smtp:a.example:25").status, 200);
  EXPECT_EQ(moved, "smtp:a.example:25");
  EXPECT_EQ(ask("POST", "/api/queue/" + id.print() + "/move?to=junk").status, 400);
  EXPECT_EQ(ask("POST", "/api/tlsrpt/send?day=2026-11-24").status, 200);
  EXPECT_EQ(reports, std::vector<std::string>{"2026-11-24T00:00:00.000Z"});
  for (auto const* day : {"", "2026-13-01", "2026-1-1", "2026-11-2x"})
    EXPECT_EQ(ask("POST", std::string("/api/tlsrpt/send?day=") + day).status, 400) << day;
  EXPECT_EQ(ask("POST", "/api/notices/send?day=2026-11-24").status, 200);
  EXPECT_EQ(reports.back(), "notices of 2026-11-24T00:00:00.000Z");
  EXPECT_EQ(ask("POST", "/api/memory/import").body, "{\"imported\":3}\n");
  EXPECT_EQ(ask("DELETE", "/api/memory/host/192.0.2.0/24").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/memory/host/198.51.100.0/24").status, 404);
  EXPECT_EQ(ask("DELETE", "/api/memory/junk/x").status, 400);
  EXPECT_EQ(all, 1);
  for (auto const& [method, target, status] :
       {std::tuple{"GET", "/", 404}, std::tuple{"GET", "/api/queue/junk", 400},
        std::tuple{"POST", "/api/queue", 405}, std::tuple{"GET", "/api/queue/00000000001", 404},
        std::tuple{"POST", "/api/queue/00000000001/frob", 404},
        std::tuple{"GET", "/api/queue/00000000001/hold", 405}})
    EXPECT_EQ(ask(method, target).status, status) << target;
  EXPECT_EQ(ask("DELETE", "/api/queue/" + id.print()).status, 200);
  EXPECT_EQ(ask("DELETE", "/api/queue/" + id.print()).status, 404);
}

}  // namespace
}  // namespace postern::web

#include <gtest/gtest.h>

#include "web/metrics.hpp"
#include "web/sts_site.hpp"

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

TEST(StsSite, ServesThePolicyOfTheDomainItIsAskedForAndNothingElse) {
  StsPolicies const policies{{"x.example", "version: STSv1\r\n"}};
  auto const ask = [&](std::string_view method, std::string_view host, std::string_view target) {
    return answer_sts(policies, {method, target, host});
  };
  EXPECT_EQ(ask("GET", "mta-sts.X.example", "/.well-known/mta-sts.txt").body, "version: STSv1\r\n");
  EXPECT_EQ(ask("GET", "x.example", "/.well-known/mta-sts.txt").status, 404);
  EXPECT_EQ(ask("GET", "mta-sts.y.example", "/.well-known/mta-sts.txt").status, 404);
  EXPECT_EQ(ask("GET", "mta-sts.x.example", "/").status, 404);
  EXPECT_EQ(ask("POST", "mta-sts.x.example", "/.well-known/mta-sts.txt").status, 405);
}

}  // namespace
}  // namespace postern::web

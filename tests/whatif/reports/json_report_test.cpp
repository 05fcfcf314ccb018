// The answer as JSON.
#include "whatif/reports/json_report.hpp"

#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

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

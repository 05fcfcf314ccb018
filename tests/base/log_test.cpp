#include "base/log.hpp"

#include <gtest/gtest.h>

namespace postern {
namespace {

Instant const at = from_micros(1'795'474'834'173'569);

TEST(LogEvent, PrintsLogfmt) {
  LogEvent event(Severity::info, "message");
  event.add("id", "X1").add("size", 42).add("empty", "").add("reply", "250 2.0.0 \"Ok\"");
  EXPECT_EQ(
      event.print(LogFormat::logfmt, at),
      "time=2026-11-23T23:00:34.173Z level=info event=message id=X1 size=42 reply=\"250 2.0.0 \\\"Ok\\\"\"");
}

TEST(LogEvent, PrintsJson) {
  LogEvent event(Severity::warning, "connection");
  event.add("helo", "a\nb\x01").add("n", -1);
  EXPECT_EQ(event.print(LogFormat::json, at),
            "{\"time\":\"2026-11-23T23:00:34.173Z\",\"level\":\"warning\",\"event\":\"connection\",\"helo\":"
            "\"a\\u000ab\\u0001\",\"n\":-1}");
}

TEST(LogEvent, CannotBeForgedByWhatAStrangerSays) {
  LogEvent event(Severity::info, "connection");
  event.add("helo", "x\nlevel=error event=fake");
  auto const line = event.print(LogFormat::logfmt, at);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("helo=\"x\\u000alevel=error event=fake\""), std::string::npos);
}

TEST(LogEvent, CutsLongValues) {
  LogEvent event(Severity::info, "x");
  event.add("v", std::string(10'000, 'a'));
  EXPECT_LT(event.print(LogFormat::logfmt, at).size(), 700U);
}

}  // namespace
}  // namespace postern

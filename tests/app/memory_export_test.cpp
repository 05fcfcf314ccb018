#include "app/commands/memory_export.hpp"

#include <gtest/gtest.h>

namespace postern::app {
namespace {

policy::MemoryEntry full_entry() {
  policy::MemoryEntry e;
  e.kind = policy::MemoryKind::sender;
  e.name = "sender.example";
  e.sessions = 1;
  e.clear = 2;
  e.failures = 3;
  e.versions = 12;
  e.first_tls = from_micros(4);
  e.last_tls = from_micros(5);
  e.clear_since = from_micros(6);
  e.last_failure = from_micros(7);
  e.last_seen = from_micros(8);
  e.failure = "why";
  e.key = "ab12";
  e.key_since = from_micros(9);
  e.distrusts_us = true;
  return e;
}

TEST(MemoryExport, NamesEveryColumn) {
  EXPECT_EQ(
      print_export_line(full_entry()),
      "{\"postern_memory\":1,\"kind\":\"sender\",\"name\":\"sender.example\",\"sessions\":1,\"clear\":2,"
      "\"failures\":3,\"versions\":12,\"first_tls\":4,\"last_tls\":5,\"clear_since\":6,"
      "\"last_failure\":7,\"last_seen\":8,\"failure\":\"why\",\"key\":\"ab12\",\"key_since\":9,"
      "\"distrusts_us\":1}");
}

TEST(MemoryExport, LeavesOutWhatIsAbsentOrEmpty) {
  policy::MemoryEntry e;
  e.name = "192.0.2.0/24";
  EXPECT_EQ(print_export_line(e),
            "{\"postern_memory\":1,\"kind\":\"host\",\"name\":\"192.0.2.0/24\",\"sessions\":0,\"clear\":0,"
            "\"failures\":0,\"versions\":0,\"last_seen\":0,\"distrusts_us\":0}");
}

TEST(MemoryExport, IsReadBackAsItWas) {
  auto const line = print_export_line(full_entry());
  EXPECT_TRUE(line.starts_with(export_begins));
  auto const read = parse_export_line(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, policy::MemoryKind::sender);
  EXPECT_EQ(read->name, "sender.example");
  EXPECT_EQ(read->last_tls, from_micros(5));
  EXPECT_EQ(print_export_line(*read), line);
}

TEST(MemoryExport, TakesLinesOfEarlierVersionsInAnyOrder) {
  auto const read = parse_export_line(
      "{\"postern_memory\":1,\"last_seen\":8,\"name\":\"example.org\",\"unheard_of\":true,\"kind\":"
      "\"host\"}");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->kind, policy::MemoryKind::host);
  EXPECT_EQ(read->last_seen, from_micros(8));
  EXPECT_EQ(read->sessions, 0U);
}

TEST(MemoryExport, RefusesWhatIsNoLineOfIt) {
  EXPECT_FALSE(parse_export_line(""));
  EXPECT_FALSE(parse_export_line("[]"));
  EXPECT_FALSE(parse_export_line("{\"postern_memory\":1,\"kind\":\"host\"}"));
  EXPECT_FALSE(parse_export_line("{\"postern_memory\":1,\"name\":\"example.org\"}"));
  EXPECT_FALSE(parse_export_line("{\"postern_memory\":1,\"kind\":\"sibling\",\"name\":\"example.org\"}"));
  EXPECT_FALSE(parse_export_line("{\"postern_memory\":1,\"kind\":7,\"name\":\"example.org\"}"));
}

}  // namespace
}  // namespace postern::app

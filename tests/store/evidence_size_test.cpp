#include "store/evidence_size.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "store/evidence.hpp"
#include "store/evidence_schema.hpp"
#include "store/evidence_tables.hpp"
#include "store/table_rows.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

// A store of facts in which one transaction a second has come, with its connection and a recipient.
class FullStores : public testing::Test {
 protected:
  FullStores() : database_(*Database::open(file_, OpenMode::create)) {
    EXPECT_TRUE(
        database_.run("PRAGMA auto_vacuum=INCREMENTAL;PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"));
    EXPECT_TRUE(make_tables(database_));
  }

  template <TableId id, class Record>
  void insert(Record const& record) {
    auto statement = Statement::prepare(database_, insert_statement(table<id>()));
    ASSERT_TRUE(statement);
    EXPECT_TRUE(insert_row(*statement, table<id>(), record));
  }

  void fill(int from, int to) {
    ASSERT_TRUE(database_.run("BEGIN"));
    for (int i = from; i < to; ++i) {
      policy::ConnectionFacts connection;
      connection.id = static_cast<std::uint64_t>(i) * 1'000'000;
      connection.helo = std::string(500, 'x');
      insert<TableId::connections>(connection);
      TransactionRecord record{connection.id, {}};
      record.transaction.id = MessageId{connection.id + 1};
      insert<TableId::transactions>(record);
      RecipientRow row{.message = record.transaction.id};
      insert<TableId::recipients>(row);
      insert<TableId::deliveries>(
          DeliveryRecord{.message = record.transaction.id, .at = from_micros(to_micros_of(i) + 2)});
    }
    ASSERT_TRUE(database_.run("COMMIT"));
  }
  static std::int64_t to_micros_of(int second) { return std::int64_t{second} * 1'000'000; }

  std::int64_t number(std::string const& query) {
    auto statement = Statement::prepare(database_, query);
    EXPECT_TRUE(statement);
    EXPECT_TRUE(*statement->step());
    return statement->integer(0);
  }
  void expect_whole_transactions() {
    EXPECT_EQ(number("SELECT count(*) FROM transactions t WHERE NOT EXISTS"
                     " (SELECT 1 FROM recipients r WHERE r.message = t.id)"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM transactions t WHERE NOT EXISTS"
                     " (SELECT 1 FROM connections c WHERE c.id = t.connection)"),
              0);
  }

  tests::Workplace place_;
  std::string file_ = place_.path("facts.db");
  Database database_;
};

TEST_F(FullStores, ForgetTheOldestOfAllTablesTogether) {
  fill(1, 101);
  auto const forgotten = forget_oldest(database_, 10);
  ASSERT_TRUE(forgotten) << forgotten.error();
  EXPECT_GE(*forgotten, 30);
  EXPECT_EQ(number("SELECT min(id) FROM connections"), 11'000'000);
  EXPECT_EQ(number("SELECT max(id) FROM connections"), 100'000'000);
  EXPECT_EQ(number("SELECT count(*) FROM transactions WHERE id < 11000000"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM deliveries WHERE at < 11000000"), 0);
  expect_whole_transactions();
}

TEST_F(FullStores, StayBelowTheirSizeHoweverMuchComes) {
  constexpr std::uint64_t limit = 4U << 20;
  std::uint64_t largest = 0;
  for (int batch = 0; batch < 20; ++batch) {
    fill(1 + batch * 1000, 1 + (batch + 1) * 1000);
    for (int tries = 0;; ++tries) {  // as long as one call may not delete all at once
      auto const room = make_room(database_, file_, {limit, limit + limit / 16});
      ASSERT_TRUE(room) << room.error();
      auto const size = size_of_facts(database_, file_);
      ASSERT_TRUE(size);
      if (size->used <= limit) break;
      ASSERT_LT(tries, 1000);
    }
    auto const size = size_of_facts(database_, file_);
    ASSERT_TRUE(size);
    largest = std::max(largest, size->used + size->free);
    expect_whole_transactions();
  }
  EXPECT_GT(number("SELECT count(*) FROM connections"), 0);
  EXPECT_EQ(number("SELECT max(id) FROM connections"), 20'000'000'000) << "the newest are there";
  EXPECT_GT(number("SELECT min(id) FROM connections"), 1'000'000) << "the oldest are not";
  EXPECT_LE(largest, 2 * limit) << "the file grows no more than by a batch";
}

TEST_F(FullStores, KeepWhatIsRemembered) {
  policy::MemoryEntry entry;
  entry.name = "example.org";
  insert<TableId::tls_memory>(entry);
  fill(1, 50);
  while (number("SELECT count(*) FROM connections") > 0) {
    auto const forgotten = forget_oldest(database_, 10);
    ASSERT_TRUE(forgotten && *forgotten > 0);
  }
  EXPECT_EQ(number("SELECT count(*) FROM tls_memory"), 1);
}

TEST_F(FullStores, AreNotWrittenToWhileAReaderKeepsTheJournal) {
  fill(1, 10);
  auto reader = Database::open(file_, OpenMode::read_only);
  ASSERT_TRUE(reader);
  auto reading = Statement::prepare(*reader, "SELECT id FROM connections");
  ASSERT_TRUE(reading && *reading->step());
  constexpr std::uint64_t limit = 1U << 20;
  int batch = 0;
  for (;; ++batch) {
    ASSERT_LT(batch, 1000);
    auto const room = make_room(database_, file_, {limit, limit + limit / 16});
    ASSERT_TRUE(room) << room.error();
    if (!*room) break;
    fill(100 + batch * 50, 100 + (batch + 1) * 50);
  }
  EXPECT_LE(size_of_facts(database_, file_)->journal, limit);
  reading->reset();
  auto const room = make_room(database_, file_, {limit, limit + limit / 16});
  ASSERT_TRUE(room) << room.error();
  EXPECT_TRUE(*room) << "once it is over they are written again";
}

TEST_F(FullStores, AreWrittenToWhileTheyShrinkToASmallerLimit) {
  fill(1, 3000);
  auto const limits = limits_for(database_, file_, 1U << 20);
  ASSERT_TRUE(limits) << limits.error();
  EXPECT_GT(limits->ceiling, 1U << 20);
  auto const room = make_room(database_, file_, *limits);
  ASSERT_TRUE(room) << room.error();
  EXPECT_TRUE(*room);
}

}  // namespace
}  // namespace postern::store

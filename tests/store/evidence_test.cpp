#include "store/evidence.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "store/evidence_schema.hpp"
#include "store/sqlite.hpp"
#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

std::int64_t count(Database& database, std::string const& query) {
  auto statement = Statement::prepare(database, query);
  EXPECT_TRUE(statement);
  EXPECT_TRUE(*statement->step());
  return statement->integer(0);
}

Instant now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

TEST(Evidence, KeepsConnectionsTransactionsRecipientsAndDeliveries) {
  tests::Workplace place;
  auto const id = static_cast<std::uint64_t>(to_micros(now()));
  {
    auto evidence =
        Evidence::open({place.path("facts.db"), std::chrono::hours(1)}, place.log, place.counters);
    ASSERT_TRUE(evidence);
    policy::ConnectionFacts connection;
    connection.id = id;
    connection.client = *IpAddress::parse("192.0.2.1");
    connection.tls.state = policy::TlsState::established;
    connection.tls.version = "TLSv1.3";
    connection.helo = "it's \"quoted\"";
    (*evidence)->record(connection);
    TransactionRecord record{id, {}};
    record.transaction.id = MessageId{id};
    record.transaction.mail.reverse_path = tests::address("a@far.example");
    record.transaction.recipients.push_back({.address = tests::address("alice@example.org"),
                                             .standing = policy::RecipientClass::mailbox,
                                             .accepted = true,
                                             .code = 250});
    record.transaction.recipients.push_back({.address = tests::address("nobody@example.org"),
                                             .code = 550,
                                             .decided_by = {.builtin = policy::Builtin::directory}});
    record.transaction.outcome = policy::Outcome::accepted;
    (*evidence)->record(record);
    (*evidence)->record(DeliveryRecord{MessageId{id}, now(), "alice@example.org", "discard", 1,
                                       DeliveryOutcome::delivered, "250"});
  }
  auto database = Database::open(place.path("facts.db"), OpenMode::read_only);
  ASSERT_TRUE(database);
  EXPECT_EQ(count(*database,
                  "SELECT count(*) FROM transactions t JOIN connections c ON t.connection = c.id WHERE "
                  "c.tls_version = 'TLSv1.3' AND t.sender_domain = 'far.example'"),
            1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM recipients WHERE message = " + std::to_string(id)), 2);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM recipients WHERE rule = 'builtin:directory'"), 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM deliveries d JOIN transactions t ON d.message = t.id"), 1);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM connections WHERE helo = 'it''s \"quoted\"'"), 1);
  EXPECT_EQ(count(*database, "PRAGMA user_version"), evidence_version);
}

TEST(Evidence, ForgetsWhatIsOlderThanItsRetention) {
  tests::Workplace place;
  auto const old = static_cast<std::uint64_t>(to_micros(now() - std::chrono::hours(3)));
  EvidenceSettings const settings{place.path("facts.db"), std::chrono::hours(2)};
  {
    auto evidence =
        Evidence::open({place.path("facts.db"), std::chrono::hours(24)}, place.log, place.counters);
    policy::ConnectionFacts connection;
    connection.id = old;
    (*evidence)->record(connection);
    connection.id = old + std::chrono::microseconds(std::chrono::hours(2)).count();
    (*evidence)->record(connection);
  }
  { auto evidence = Evidence::open(settings, place.log, place.counters); }
  auto database = Database::open(place.path("facts.db"), OpenMode::read_only);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM connections"), 1);
}

TEST(Evidence, DropsAndCountsWhenItsWriterCannotWrite) {
  tests::Workplace place;
  std::uint64_t const id = static_cast<std::uint64_t>(to_micros(now()));
  {
    auto evidence =
        Evidence::open({place.path("facts.db"), std::chrono::hours(1)}, place.log, place.counters);
    ASSERT_TRUE(evidence);
    auto other = Database::open(place.path("facts.db"), OpenMode::create);
    ASSERT_TRUE(other);
    auto const broken = other->run("DROP TABLE recipients");
    ASSERT_TRUE(broken) << broken.error();
    for (std::uint64_t i = 0; i < 3; ++i) {  // none of them can be written, in whatever batches they come
      TransactionRecord record;
      record.transaction.id = MessageId{id + i};
      record.transaction.recipients.push_back({.address = tests::address("alice@example.org")});
      (*evidence)->record(record);
    }
  }
  EXPECT_EQ(place.counters.get(Count::facts_dropped), 3U);
  EXPECT_TRUE(place.log.mentions("facts-not-written"));
  auto database = Database::open(place.path("facts.db"), OpenMode::read_only);
  ASSERT_TRUE(database);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM transactions"), 0)
      << "no transaction without its recipients";
}

policy::ConnectionFacts connection_at(Instant at) {
  policy::ConnectionFacts connection;
  connection.id = static_cast<std::uint64_t>(to_micros(at));
  return connection;
}

TEST(Evidence, DoesWithoutAFileThatIsDamagedAndCountsWhatItDrops) {
  tests::Workplace place;
  std::ofstream(place.path("facts.db"), std::ios::binary) << std::string(8192, 'x');
  {
    auto evidence = Evidence::open({place.path("facts.db")}, place.log, place.counters);
    ASSERT_TRUE(evidence) << evidence.error();
    (*evidence)->record(connection_at(now()));
    (*evidence)->record(connection_at(now()));
  }
  EXPECT_TRUE(place.log.mentions("store-unavailable"));
  EXPECT_TRUE(place.log.mentions("facts.db"));
  EXPECT_EQ(place.counters.get(Count::facts_dropped), 2U);
}

TEST(Evidence, LosesNothingWhileSomebodyHasLockedItsFile) {
  tests::Workplace place;
  EvidenceSettings const settings{.file = place.path("facts.db")};
  { auto const evidence = Evidence::open(settings, place.log, place.counters); }
  auto other = Database::open(place.path("facts.db"), OpenMode::create);
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->run("BEGIN IMMEDIATE"));
  std::promise<void> opened;
  {
    auto evidence = Evidence::open(settings, place.log, place.counters, [&opened] { opened.set_value(); });
    ASSERT_TRUE(evidence) << evidence.error();
    EXPECT_TRUE(place.log.mentions("store-unavailable"));
    (*evidence)->record(connection_at(now()));
    ASSERT_TRUE(other->run("COMMIT"));
    opened.get_future().wait();
  }
  EXPECT_EQ(place.counters.get(Count::facts_dropped), 0U);
  EXPECT_TRUE(place.log.mentions("store-available"));
  EXPECT_EQ(count(*other, "SELECT count(*) FROM connections"), 1);
}

TEST(Evidence, SaysWhichFileCannotBeOpened) {
  tests::Workplace place;
  auto const opened =
      Evidence::open({place.path("no/such/directory/facts.db"), {}}, place.log, place.counters);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().find("no/such/directory/facts.db"), std::string::npos) << opened.error();
}

}  // namespace
}  // namespace postern::store

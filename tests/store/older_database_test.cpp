// Databases that an older Postern has made.
#include <gtest/gtest.h>

#include "store/evidence.hpp"
#include "store/evidence_reader.hpp"
#include "store/evidence_schema.hpp"
#include "store/evidence_tables.hpp"
#include "store/memory_table.hpp"
#include "store/table_rows.hpp"
#include "support/full_records.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

// A database as an older Postern has left it, with fewer columns and tables, and one of them in another
// order.
void make_older(std::string const& file) {
  auto database = Database::open(file, OpenMode::create);
  ASSERT_TRUE(database) << database.error();
  auto const made = database->run(
      "CREATE TABLE connections (id INTEGER PRIMARY KEY, client TEXT, ended INTEGER, tls TEXT);"
      "CREATE TABLE transactions (id INTEGER PRIMARY KEY, connection INTEGER, started INTEGER, sender TEXT,"
      " outcome TEXT);"
      "CREATE TABLE recipients (message INTEGER, position INTEGER, address TEXT, accepted INTEGER,"
      " PRIMARY KEY (message, position)) WITHOUT ROWID;"
      "CREATE TABLE tls_memory (kind TEXT, name TEXT, sessions INTEGER, last_seen INTEGER,"
      " PRIMARY KEY (kind, name)) WITHOUT ROWID;"
      "INSERT INTO connections VALUES (11, '192.0.2.7', 19, 'established');"
      "INSERT INTO transactions VALUES (12, 11, 13, 'old@sender.example', 'accepted');"
      "INSERT INTO recipients VALUES (12, 0, 'old@recipient.example', 1);"
      "INSERT INTO tls_memory VALUES ('host', 'old.example', 14, 15);"
      "PRAGMA user_version=" +
      std::to_string(evidence_version) + ";");
  ASSERT_TRUE(made) << made.error();
}

void expect_older(policy::Facts const& facts) {
  EXPECT_EQ(facts.connection.id, 11U);
  EXPECT_EQ(facts.connection.client.print(), "192.0.2.7");
  EXPECT_EQ(facts.connection.ended, from_micros(19));
  EXPECT_EQ(facts.connection.tls.state, policy::TlsState::established);
  EXPECT_EQ(facts.connection.tls.version, "");
  EXPECT_EQ(facts.connection.role, policy::ListenerRole::mx);
  EXPECT_EQ(facts.transaction.started, from_micros(13));
  EXPECT_EQ(facts.transaction.outcome, policy::Outcome::accepted);
  EXPECT_EQ(facts.transaction.spf, policy::Spf::not_asked);
  EXPECT_EQ(facts.transaction.authentication.dkim, policy::Dkim::not_asked);
  EXPECT_EQ(facts.transaction.authentication.dmarc, policy::Dmarc::not_asked);
  EXPECT_FALSE(facts.transaction.authentication.dmarc_policy);
  EXPECT_FALSE(facts.transaction.mail.size);
  ASSERT_EQ(facts.transaction.recipients.size(), 1U);
  EXPECT_EQ(facts.transaction.recipients[0].address.print(), "old@recipient.example");
  EXPECT_TRUE(facts.transaction.recipients[0].accepted);
  EXPECT_EQ(facts.transaction.recipients[0].standing, policy::RecipientClass::unknown);
}

TEST(OlderDatabase, IsReadWithDefaultsForWhatItLacks) {
  tests::Workplace place;
  ASSERT_NO_FATAL_FAILURE(make_older(place.path("facts.db")));
  int transactions = 0, connections = 0;
  EvidenceVisitor const visitor{.transaction =
                                    [&](policy::Facts&& facts, bool relayed) {
                                      ++transactions;
                                      EXPECT_FALSE(relayed);
                                      expect_older(facts);
                                    },
                                .connection = [&](policy::ConnectionFacts&&) { ++connections; }};
  auto const read = read_evidence(place.path("facts.db"), visitor);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(transactions, 1);
  EXPECT_EQ(connections, 1);
  auto const memory = load_memory(place.path("facts.db"));
  ASSERT_TRUE(memory) << memory.error();
  ASSERT_EQ(memory->size(), 1U);
  EXPECT_EQ(memory->front().name, "old.example");
  EXPECT_EQ(memory->front().sessions, 14U);
  EXPECT_FALSE(memory->front().first_tls);
}

TEST(OlderDatabase, GetsTheColumnsThatItLacksAndKeepsWhatItHas) {
  tests::Workplace place;
  ASSERT_NO_FATAL_FAILURE(make_older(place.path("facts.db")));
  {
    auto evidence = Evidence::open(settings_for(place.path("facts.db")), place.log, place.counters);
    ASSERT_TRUE(evidence) << evidence.error();
    (*evidence)->record(full_connection());
    (*evidence)->record(full_transaction());
    (*evidence)->record(full_entry());
  }
  EXPECT_EQ(place.counters.get(Count::facts_dropped), 0U);
  std::vector<policy::Facts> all;
  EvidenceVisitor const visitor{
      .transaction = [&](policy::Facts&& facts, bool) { all.push_back(std::move(facts)); },
      .connection = [](policy::ConnectionFacts&&) {}};
  auto const read = read_evidence(place.path("facts.db"), visitor);
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(all.size(), 2U);
  expect_older(all[0]);
  expect_same(all[1].connection, full_connection());
  expect_same(all[1].transaction, full_transaction().transaction);
  auto const memory = load_memory(place.path("facts.db"));
  ASSERT_TRUE(memory) << memory.error();
  ASSERT_EQ(memory->size(), 2U);
  EXPECT_EQ(memory->front().name, "old.example");
  expect_same(memory->back(), full_entry());
  auto database = Database::open(place.path("facts.db"), OpenMode::read_only);
  ASSERT_TRUE(database);
  for_each_table([&](auto const& table) {
    auto const there = columns_on_disk(*database, table.name);
    for (auto const& column : table.columns)
      EXPECT_TRUE(there.contains(column.name)) << table.name << "." << column.name;
  });
}

}  // namespace
}  // namespace postern::store

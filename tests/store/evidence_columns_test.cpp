// Every column of the store of facts holds the member that its name says, on disk and when it is read back.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "store/evidence.hpp"
#include "store/evidence_reader.hpp"
#include "store/evidence_tables.hpp"
#include "store/memory_table.hpp"
#include "store/table_rows.hpp"
#include "support/full_records.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

// The names of the columns whose value is not the default one.
template <class Record>
std::set<std::string_view> changed(Table<Record> const& table, Record const& record) {
  Record const untouched = Record();
  std::set<std::string_view> names;
  for (auto const& column : table.columns)
    if (column.get(record) != column.get(untouched)) names.insert(column.name);
  return names;
}

// That the full records can tell one column from another.
template <class Record>
void expect_telling(Table<Record> const& table, Record const& record, Expected const& expected) {
  EXPECT_EQ(changed(table, record).size(), table.columns.size())
      << table.name << ": a column has its default";
  EXPECT_EQ(expected.size(), table.columns.size()) << table.name;
  std::set<std::string_view> values;
  for (auto const& [column, value] : expected)
    if (value != "1")
      EXPECT_TRUE(values.insert(value).second) << table.name << "." << column << ": " << value;
}

class EveryColumn : public testing::Test {
 protected:
  void SetUp() override {
    {
      auto evidence = Evidence::open(settings_for(place_.path("facts.db")), place_.log, place_.counters);
      ASSERT_TRUE(evidence) << evidence.error();
      (*evidence)->record(full_connection());
      (*evidence)->record(full_transaction());
      (*evidence)->record(full_delivery());
      (*evidence)->record(full_outbound());
      (*evidence)->record(full_entry());
    }
    ASSERT_EQ(place_.counters.get(Count::facts_dropped), 0U);
    auto opened = Database::open(place_.path("facts.db"), OpenMode::read_only);
    ASSERT_TRUE(opened) << opened.error();
    database_ = std::make_unique<Database>(*std::move(opened));
  }

  // `where`: which row, if there are several.
  template <class Record>
  void expect_on_disk(Table<Record> const& table, Expected const& expected, std::string const& where = "1") {
    for (auto const& column : table.columns) {
      auto const found = expected.find(column.name);
      ASSERT_NE(found, expected.end()) << table.name << "." << column.name << " is not in this test";
      auto row = Statement::prepare(*database_, "SELECT \"" + std::string(column.name) + "\" FROM " +
                                                    std::string(table.name) + " WHERE " + where);
      ASSERT_TRUE(row) << row.error();
      auto const stepped = row->step();
      ASSERT_TRUE(stepped && *stepped) << table.name << " has no row";
      EXPECT_EQ(row->text(0), found->second) << table.name << "." << column.name;
    }
  }

  template <class Record>
  Record read_one(Table<Record> const& table, std::string const& rest = {}) {
    Record record = Record();
    auto rows = Rows<Record>::open(*database_, table, rest);
    EXPECT_TRUE(rows);
    if (!rows) return record;
    auto const more = rows->next(record);
    EXPECT_TRUE(more && *more) << table.name << " has no row";
    return record;
  }

  tests::Workplace place_;
  std::unique_ptr<Database> database_;
};

TEST_F(EveryColumn, CanBeToldFromTheOthersHere) {
  expect_telling(table<TableId::connections>(), full_connection(), expected_connection);
  auto const record = full_transaction();
  expect_telling(table<TableId::transactions>(), record, expected_transaction);
  RecipientRow const recipient{
      .message = record.transaction.id, .position = 1, .recipient = record.transaction.recipients.back()};
  expect_telling(table<TableId::recipients>(), recipient, expected_recipient);
  MatchRow const match{.at = record.transaction.started,
                       .connection = record.connection,
                       .message = record.transaction.id,
                       .match = record.transaction.matches.back()};
  expect_telling(table<TableId::rule_matches>(), match, expected_match);
  expect_telling(table<TableId::deliveries>(), full_delivery(), expected_delivery);
  expect_telling(table<TableId::outbound>(), full_outbound(), expected_outbound);
  expect_telling(table<TableId::tls_memory>(), full_entry(), expected_entry);
}

TEST_F(EveryColumn, HoldsOnDiskWhatItsNameSays) {
  expect_on_disk(table<TableId::connections>(), expected_connection);
  expect_on_disk(table<TableId::transactions>(), expected_transaction);
  expect_on_disk(table<TableId::recipients>(), expected_recipient, "position = 1");
  expect_on_disk(table<TableId::rule_matches>(), expected_match);
  expect_on_disk(table<TableId::deliveries>(), expected_delivery);
  expect_on_disk(table<TableId::outbound>(), expected_outbound);
  expect_on_disk(table<TableId::tls_memory>(), expected_entry);
}

TEST_F(EveryColumn, OfConnectionsAndTransactionsIsReadForReplay) {
  int transactions = 0, connections = 0;
  EvidenceVisitor const visitor{.transaction =
                                    [&](policy::Facts&& facts, bool relayed) {
                                      ++transactions;
                                      EXPECT_TRUE(relayed) << "an accepted recipient is elsewhere";
                                      expect_same(facts.connection, full_connection());
                                      expect_same(facts.transaction, full_transaction().transaction);
                                    },
                                .connection =
                                    [&](policy::ConnectionFacts&& connection) {
                                      ++connections;
                                      expect_same(connection, full_connection());
                                    }};
  auto const read = read_evidence(place_.path("facts.db"), visitor);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(transactions, 1);
  EXPECT_EQ(connections, 1);
}

TEST_F(EveryColumn, OfTheOtherTablesCanBeReadBack) {
  auto const d = read_one(table<TableId::deliveries>());
  auto const delivery = full_delivery();
  EXPECT_EQ(d.message, delivery.message);
  EXPECT_EQ(d.at, delivery.at);
  EXPECT_EQ(d.address, delivery.address);
  EXPECT_EQ(d.destination, delivery.destination);
  EXPECT_EQ(d.attempt, delivery.attempt);
  EXPECT_EQ(d.outcome, delivery.outcome);
  EXPECT_EQ(d.reply, delivery.reply);

  auto const o = read_one(table<TableId::outbound>());
  auto const outbound = full_outbound();
  EXPECT_EQ(o.id, outbound.id);
  EXPECT_EQ(o.at, outbound.at);
  EXPECT_EQ(o.destination, outbound.destination);
  EXPECT_EQ(o.host, outbound.host);
  EXPECT_EQ(o.peer, outbound.peer);
  EXPECT_EQ(o.policy, outbound.policy);
  EXPECT_EQ(o.tls, outbound.tls);
  EXPECT_EQ(o.tls_offered, outbound.tls_offered);
  EXPECT_EQ(o.tls_version, outbound.tls_version);
  EXPECT_EQ(o.tls_cipher, outbound.tls_cipher);
  EXPECT_EQ(o.tls_group, outbound.tls_group);
  EXPECT_EQ(o.certificate, outbound.certificate);
  EXPECT_EQ(o.proved, outbound.proved);
  EXPECT_EQ(o.tls_failure, outbound.tls_failure);
  EXPECT_EQ(o.delivered, outbound.delivered);
  EXPECT_EQ(o.problem, outbound.problem);
  EXPECT_EQ(o.reported.domain, outbound.reported.domain);
  EXPECT_EQ(o.reported.type, outbound.reported.type);
  EXPECT_EQ(o.reported.policy, outbound.reported.policy);
  EXPECT_EQ(o.reported.mx, outbound.reported.mx);
  EXPECT_EQ(o.reported.reason, outbound.reported.reason);
  EXPECT_EQ(o.result, outbound.result);

  auto const m = read_one(table<TableId::rule_matches>());
  auto const match = full_transaction().transaction.matches.back();
  EXPECT_EQ(m.at, from_micros(2002));
  EXPECT_EQ(m.connection, 1001U);
  EXPECT_EQ(m.message, MessageId{2001});
  EXPECT_EQ(m.match.rule, match.rule);
  EXPECT_EQ(m.match.effect, match.effect);
  EXPECT_EQ(m.match.enforced, match.enforced);
  EXPECT_EQ(m.match.recipient, match.recipient);
}

TEST_F(EveryColumn, OfTheMemoryIsLoadedAndImported) {
  auto const loaded = load_memory(place_.path("facts.db"));
  ASSERT_TRUE(loaded) << loaded.error();
  ASSERT_EQ(loaded->size(), 1U);
  expect_same(loaded->front(), full_entry());
  auto const imported = import_memory(place_.path("facts.db"), {full_entry()});
  ASSERT_TRUE(imported) << imported.error();
  auto const read = read_imported(place_.path("facts.db"));
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 1U);
  expect_same(read->front(), full_entry());
  auto const settled = settle_import(place_.path("facts.db"), *read);
  ASSERT_TRUE(settled) << settled.error();
  EXPECT_TRUE(read_imported(place_.path("facts.db"))->empty());
}

// All that are true look alike in the full records.
TEST(Columns, ATruthIsKeptInItsOwnColumn) {
  using Connection = policy::ConnectionFacts;
  std::map<std::string_view, void (*)(Connection&)> const of_connection{
      {"starttls_offered", [](Connection& c) { c.tls.offered = true; }},
      {"starttls_used", [](Connection& c) { c.tls.requested = true; }},
      {"tls_resumed", [](Connection& c) { c.tls.resumed = true; }},
      {"downgraded", [](Connection& c) { c.downgraded = true; }}};
  for (auto const& [name, set] : of_connection) {
    Connection c;
    set(c);
    EXPECT_EQ(changed(table<TableId::connections>(), c), std::set{name});
  }
  using Transaction = policy::TransactionFacts;
  std::map<std::string_view, void (*)(Transaction&)> const of_transaction{
      {"smtputf8", [](Transaction& t) { t.mail.smtputf8 = true; }},
      {"requiretls", [](Transaction& t) { t.mail.requiretls = true; }},
      {"chunking", [](Transaction& t) { t.chunking = true; }},
      {"dsn", [](Transaction& t) { t.mail.envid = "x"; }},
      {"content_8bit", [](Transaction& t) { t.content.content_8bit = true; }}};
  for (auto const& [name, set] : of_transaction) {
    TransactionRecord record;
    set(record.transaction);
    EXPECT_EQ(changed(table<TableId::transactions>(), record), std::set{name});
  }
  OutboundRecord offered, proved;
  offered.tls_offered = true;
  proved.proved = true;
  EXPECT_EQ(changed(table<TableId::outbound>(), offered), std::set<std::string_view>{"tls_offered"});
  EXPECT_EQ(changed(table<TableId::outbound>(), proved), std::set<std::string_view>{"proved"});
}

TEST(Columns, HaveANameATypeAndAMeaning) {
  std::set<std::string_view> tables;
  for_each_table([&](auto const& table) {
    EXPECT_TRUE(tables.insert(table.name).second) << table.name;
    EXPECT_FALSE(table.meaning.empty()) << table.name;
    std::set<std::string_view> names;
    for (auto const& column : table.columns) {
      EXPECT_FALSE(column.name.empty()) << table.name;
      EXPECT_TRUE(names.insert(column.name).second) << table.name << "." << column.name;
      EXPECT_TRUE(column.type == "TEXT" || column.type.starts_with("INTEGER")) << column.name;
      EXPECT_FALSE(column.meaning.empty()) << table.name << "." << column.name;
    }
    EXPECT_TRUE(table.dated_by.empty() || names.contains(table.dated_by)) << table.name;
    EXPECT_EQ(table.dated_by.empty(), table.lifetime == Lifetime::unlimited) << table.name;
  });
}

}  // namespace
}  // namespace postern::store

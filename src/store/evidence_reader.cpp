#include "store/evidence_reader.hpp"

#include "store/evidence_schema.hpp"
#include "store/evidence_tables.hpp"
#include "store/table_rows.hpp"

namespace postern::store {
namespace {

// Transactions, each with its connection and its recipients, in order of time.
class Transactions {
 public:
  static Result<Transactions, std::string> open(Database const& database) {
    Selection<policy::ConnectionFacts> connection(database, table<TableId::connections>());
    Selection<TransactionRecord> transaction(database, table<TableId::transactions>(), connection.end());
    auto all = Statement::prepare(
        database, "SELECT " + connection.list("c.") + ", " + transaction.list("t.") +
                      " FROM transactions t JOIN connections c ON c.id = t.connection ORDER BY t.id");
    if (!all) return fail(all.error());
    auto recipients = Rows<RecipientRow>::open(database, table<TableId::recipients>(),
                                               "WHERE message = ? ORDER BY position");
    if (!recipients) return fail(recipients.error());
    return Transactions(*std::move(all), std::move(connection), std::move(transaction),
                        *std::move(recipients));
  }

  Result<bool, std::string> next(policy::Facts& facts, bool& relayed) {
    auto const row = all_.step();
    if (!row || !*row) return row;
    facts = {};
    facts.stage = policy::Stage::content;
    connection_.read(all_, facts.connection);
    TransactionRecord record;
    transaction_.read(all_, record);
    facts.transaction = std::move(record.transaction);
    return read_recipients(facts.transaction, relayed);
  }

 private:
  Transactions(Statement all, Selection<policy::ConnectionFacts> connection,
               Selection<TransactionRecord> transaction, Rows<RecipientRow> recipients)
      : all_(std::move(all)),
        connection_(std::move(connection)),
        transaction_(std::move(transaction)),
        recipients_(std::move(recipients)) {}

  Result<bool, std::string> read_recipients(policy::TransactionFacts& t, bool& relayed) {
    relayed = false;
    recipients_.bind(t.id.value);
    for (RecipientRow row;;) {
      auto const more = recipients_.next(row);
      if (!more) return more;
      if (!*more) return true;
      relayed =
          relayed || (row.recipient.accepted && row.recipient.standing == policy::RecipientClass::elsewhere);
      t.recipients.push_back(std::move(row.recipient));
    }
  }

  Statement all_;
  Selection<policy::ConnectionFacts> connection_;
  Selection<TransactionRecord> transaction_;
  Rows<RecipientRow> recipients_;
};

Result<void, std::string> check_version(Database const& database) {
  auto version = Statement::prepare(database, "PRAGMA user_version");
  if (!version) return fail(version.error());
  if (auto const row = version->step(); !row) return fail(row.error());
  if (version->integer(0) == evidence_version) return {};
  return fail("not a store of facts of this Postern (version " + std::to_string(version->integer(0)) + ")");
}

}  // namespace

Result<void, std::string> read_evidence(std::string const& file, EvidenceVisitor const& visitor) {
  auto database = Database::open(file, OpenMode::read_only);
  if (!database) return fail(database.error());
  if (auto const checked = check_version(*database); !checked) return checked;
  auto transactions = Transactions::open(*database);
  if (!transactions) return fail(transactions.error());
  auto connections =
      Rows<policy::ConnectionFacts>::open(*database, table<TableId::connections>(), "ORDER BY ended, id");
  if (!connections) return fail(connections.error());

  policy::Facts facts;
  policy::ConnectionFacts connection;
  bool relayed = false;
  auto more_transactions = transactions->next(facts, relayed);
  auto more_connections = connections->next(connection);
  for (;;) {
    if (!more_transactions) return fail(more_transactions.error());
    if (!more_connections) return fail(more_connections.error());
    if (!*more_transactions && !*more_connections) return {};
    bool const transaction_first =
        *more_transactions && (!*more_connections || facts.transaction.started <= connection.ended);
    if (transaction_first) {
      visitor.transaction(std::move(facts), relayed);
      more_transactions = transactions->next(facts, relayed);
    } else {
      visitor.connection(std::move(connection));
      more_connections = connections->next(connection);
    }
  }
}

}  // namespace postern::store

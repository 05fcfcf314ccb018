#include "store/evidence_reader.hpp"

#include <optional>

#include "store/evidence_schema.hpp"
#include "store/sqlite.hpp"
#include "wire/path.hpp"

namespace postern::store {
namespace {

constexpr std::string_view connection_columns =
    "c.id, c.ended, c.client, c.verified_name, c.helo, c.tls, c.tls_version, c.client_certificate, "
    "c.tls_failure";
constexpr int connection_count = 9;

template <class E>
E value_of(std::string const& text, E last, E otherwise) {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (print(static_cast<E>(i)) == text) return static_cast<E>(i);
  return otherwise;
}

std::optional<Address> mailbox(std::string const& text) {
  auto address = text.empty() ? fail(wire::PathError::no_at_sign) : wire::parse_mailbox(text);
  return address ? std::optional(*std::move(address)) : std::nullopt;
}

policy::ConnectionFacts read_connection(Statement const& row) {
  policy::ConnectionFacts c;
  c.id = static_cast<std::uint64_t>(row.integer(0));
  c.started = from_micros(row.integer(0));
  c.ended = from_micros(row.integer(1));
  c.client = IpAddress::parse(row.text(2)).value_or(IpAddress());
  c.verified_name = row.text(3);
  c.helo = row.text(4);
  c.tls.state = value_of(row.text(5), policy::TlsState::failed, policy::TlsState::none);
  c.tls.version = row.text(6);
  c.tls.client_certificate =
      value_of(row.text(7), policy::ClientCertificate::trusted, policy::ClientCertificate::none);
  c.tls.failure = row.text(8);
  return c;
}

class Transactions {
 public:
  static Result<Transactions, std::string> open(Database const& database) {
    auto all = Statement::prepare(
        database, "SELECT " + std::string(connection_columns) +
                      ", t.id, t.started, t.sender, t.outcome, t.code, t.rule FROM transactions t "
                      "JOIN connections c ON c.id = t.connection ORDER BY t.id");
    auto recipients = Statement::prepare(
        database,
        "SELECT address, standing, accepted, code, rule FROM recipients WHERE message = ? ORDER BY position");
    if (!all) return fail(all.error());
    if (!recipients) return fail(recipients.error());
    return Transactions(*std::move(all), *std::move(recipients));
  }

  Result<bool, std::string> next(policy::Facts& facts, bool& relayed) {
    auto row = all_.step();
    if (!row || !*row) return row;
    facts = {};
    facts.stage = policy::Stage::content;
    facts.connection = read_connection(all_);
    auto& t = facts.transaction;
    t.id.value = static_cast<std::uint64_t>(all_.integer(connection_count));
    t.started = from_micros(all_.integer(connection_count + 1));
    t.mail.reverse_path = mailbox(all_.text(connection_count + 2));
    t.outcome = value_of(all_.text(connection_count + 3), policy::Outcome::aborted, policy::Outcome::aborted);
    t.code = static_cast<std::uint16_t>(all_.integer(connection_count + 4));
    t.rule = all_.text(connection_count + 5);
    return read_recipients(t, relayed);
  }

 private:
  Transactions(Statement all, Statement recipients)
      : all_(std::move(all)), recipients_(std::move(recipients)) {}

  Result<bool, std::string> read_recipients(policy::TransactionFacts& t, bool& relayed) {
    relayed = false;
    recipients_.bind(t.id.value);
    for (;;) {
      auto row = recipients_.step();
      if (!row) return row;
      if (!*row) return true;
      auto address = mailbox(recipients_.text(0));
      policy::RecipientFacts r{address ? *std::move(address) : Address("postmaster"),
                               {},
                               {},
                               policy::Standing::unknown,
                               false,
                               0,
                               {}};
      r.standing = value_of(recipients_.text(1), policy::Standing::elsewhere, policy::Standing::unknown);
      r.accepted = recipients_.integer(2) != 0;
      r.code = static_cast<std::uint16_t>(recipients_.integer(3));
      r.rule = recipients_.text(4);
      relayed = relayed || (r.accepted && r.standing == policy::Standing::elsewhere);
      t.recipients.push_back(std::move(r));
    }
  }

  Statement all_;
  Statement recipients_;
};

}  // namespace

Result<void, std::string> read_evidence(std::string const& file, EvidenceVisitor const& visitor) {
  auto database = Database::open(file, OpenMode::read_only);
  if (!database) return fail(database.error());
  auto version = Statement::prepare(*database, "PRAGMA user_version");
  if (!version) return fail(version.error());
  if (auto row = version->step(); !row) return fail(row.error());
  if (version->integer(0) != evidence_version)
    return fail("not a store of facts of this Postern (version " + std::to_string(version->integer(0)) + ")");
  auto transactions = Transactions::open(*database);
  if (!transactions) return fail(transactions.error());
  auto connections = Statement::prepare(
      *database, "SELECT " + std::string(connection_columns) + " FROM connections c ORDER BY c.ended, c.id");
  if (!connections) return fail(connections.error());

  policy::Facts facts;
  bool relayed = false;
  auto more_transactions = transactions->next(facts, relayed);
  auto more_connections = connections->step();
  for (;;) {
    if (!more_transactions) return fail(more_transactions.error());
    if (!more_connections) return fail(more_connections.error());
    if (!*more_transactions && !*more_connections) return {};
    bool const transaction_first =
        *more_transactions &&
        (!*more_connections || facts.transaction.started <= from_micros(connections->integer(1)));
    if (transaction_first) {
      visitor.transaction(std::move(facts), relayed);
      more_transactions = transactions->next(facts, relayed);
    } else {
      visitor.connection(read_connection(*connections));
      more_connections = connections->step();
    }
  }
}

}  // namespace postern::store

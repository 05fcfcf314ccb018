#include "store/evidence_reader.hpp"

#include <array>
#include <optional>
#include <set>
#include <span>

#include "store/evidence_schema.hpp"
#include "store/sqlite.hpp"
#include "wire/path.hpp"

namespace postern::store {
namespace {

// In the order that read_connection() takes them.
constexpr std::array<std::string_view, 20> connection_columns{"id",
                                                              "ended",
                                                              "client",
                                                              "verified_name",
                                                              "helo",
                                                              "tls",
                                                              "tls_version",
                                                              "client_certificate",
                                                              "tls_failure",
                                                              "listener",
                                                              "greeting",
                                                              "starttls_offered",
                                                              "tls_cipher",
                                                              "tls_group",
                                                              "sni",
                                                              "tls_resumed",
                                                              "client_spki_sha256",
                                                              "login",
                                                              "role",
                                                              "port"};
constexpr std::array<std::string_view, 15> transaction_columns{
    "id",         "started",       "sender",        "outcome",      "code",
    "rule",       "declared_size", "size",          "body",         "smtputf8",
    "requiretls", "chunking",      "bare_newlines", "content_8bit", "spf"};
constexpr int connection_count = static_cast<int>(connection_columns.size());

// What a store that an older Postern has made does not have is null.
std::string columns(Database const& database, std::string_view table, char letter,
                    std::span<std::string_view const> wanted) {
  std::set<std::string, std::less<>> there;
  auto info = Statement::prepare(database, "PRAGMA table_info(" + std::string(table) + ")");
  for (auto row = info ? info->step() : Result<bool, std::string>(false); row && *row; row = info->step())
    there.insert(info->text(1));
  std::string out;
  for (auto const name : wanted)
    out += (out.empty() ? "" : ", ") +
           (there.contains(name) ? std::string(1, letter) + "." + std::string(name) : std::string("NULL"));
  return out;
}

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
  c.listener = row.text(9);
  c.greeting = value_of(row.text(10), policy::Greeting::ehlo, policy::Greeting::none);
  c.tls.offered = row.integer(11) != 0;
  c.tls.cipher = row.text(12);
  c.tls.group = row.text(13);
  c.tls.sni = row.text(14);
  c.tls.resumed = row.integer(15) != 0;
  c.tls.spki_sha256 = row.text(16);
  c.login = row.text(17);
  c.role = value_of(row.text(18), policy::ListenerRole::beside, policy::ListenerRole::mx);
  c.port = static_cast<std::uint16_t>(row.integer(19));
  return c;
}

class Transactions {
 public:
  static Result<Transactions, std::string> open(Database const& database) {
    auto all = Statement::prepare(
        database, "SELECT " + columns(database, "connections", 'c', connection_columns) + ", " +
                      columns(database, "transactions", 't', transaction_columns) +
                      " FROM transactions t JOIN connections c ON c.id = t.connection ORDER BY t.id");
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
    read_transaction(t);
    return read_recipients(t, relayed);
  }

 private:
  void read_transaction(policy::TransactionFacts& t) {
    t.id.value = static_cast<std::uint64_t>(all_.integer(connection_count));
    t.started = from_micros(all_.integer(connection_count + 1));
    t.mail.reverse_path = mailbox(all_.text(connection_count + 2));
    t.outcome = value_of(all_.text(connection_count + 3), policy::Outcome::aborted, policy::Outcome::aborted);
    t.code = static_cast<std::uint16_t>(all_.integer(connection_count + 4));
    t.rule = all_.text(connection_count + 5);
    if (auto const declared = all_.integer(connection_count + 6); declared > 0)
      t.mail.size = static_cast<std::uint64_t>(declared);
    t.size = static_cast<std::uint64_t>(all_.integer(connection_count + 7));
    auto const body = all_.text(connection_count + 8);
    if (body == "8bitmime") t.mail.body = wire::Body::eight_bit_mime;
    if (body == "binarymime") t.mail.body = wire::Body::binary_mime;
    t.mail.smtputf8 = all_.integer(connection_count + 9) != 0;
    t.mail.requiretls = all_.integer(connection_count + 10) != 0;
    t.chunking = all_.integer(connection_count + 11) != 0;
    t.bare_newlines = static_cast<std::uint64_t>(all_.integer(connection_count + 12));
    t.content.content_8bit = all_.integer(connection_count + 13) != 0;
    t.spf = value_of(all_.text(connection_count + 14), policy::Spf::permerror, policy::Spf::not_asked);
  }

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
  auto connections =
      Statement::prepare(*database, "SELECT " + columns(*database, "connections", 'c', connection_columns) +
                                        " FROM connections c ORDER BY c.ended, c.id");
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

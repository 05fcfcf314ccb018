#include "store/evidence.hpp"

#include <pthread.h>

#include <set>

#include "net/wall_clock.hpp"
#include "store/evidence_schema.hpp"
#include "store/memory_table.hpp"
#include "store/sqlite.hpp"

namespace postern::store {
namespace {

constexpr std::chrono::milliseconds batch_interval{500};
constexpr std::chrono::minutes retention_interval{10};

std::string_view body_word(std::optional<wire::Body> body) {
  if (!body) return {};
  switch (*body) {
    case wire::Body::seven_bit: return "7bit";
    case wire::Body::eight_bit_mime: return "8bitmime";
    case wire::Body::binary_mime: return "binarymime";
  }
  return {};
}

bool asks_for_dsn(policy::TransactionFacts const& t) {
  bool asks = t.mail.ret != wire::Ret::unsaid || !t.mail.envid.empty();
  for (auto const& r : t.recipients) asks = asks || r.notify.said || !r.orcpt.empty();
  return asks;
}

// Tables that an older Postern has made grow by what was added since; columns are only ever added, at the
// end.
void add_missing_columns(Database const& database, Table const& table) {
  std::set<std::string> there;
  auto columns = Statement::prepare(database, "PRAGMA table_info(" + std::string(table.name) + ")");
  if (!columns) return;
  for (auto row = columns->step(); row && *row; row = columns->step()) there.insert(columns->text(1));
  for (auto const& column : table.columns)
    if (!there.contains(std::string(column.name))) {
      auto add =
          Statement::prepare(database, "ALTER TABLE " + std::string(table.name) + " ADD COLUMN \"" +
                                           std::string(column.name) + "\" " + std::string(column.type));
      if (add) static_cast<void>(add->step());  // the insert will say what is wrong
    }
}

}  // namespace

std::string_view print(DeliveryOutcome outcome) {
  switch (outcome) {
    case DeliveryOutcome::delivered: return "delivered";
    case DeliveryOutcome::deferred: return "deferred";
    case DeliveryOutcome::failed: return "failed";
  }
  return {};
}

class Evidence::Writer {
 public:
  static Result<std::unique_ptr<Writer>, std::string> open(EvidenceSettings const& settings) {
    auto database = Database::open(settings.file, OpenMode::create);
    if (!database) return fail(database.error());
    // synchronous=OFF: a power loss may cost facts, and a checkpoint never blocks on the disk the mail needs.
    auto const ready =
        database->run("PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA wal_autocheckpoint=4000;" +
                      create_statements());
    if (!ready) return fail(settings.file + ": " + ready.error());
    std::vector<Statement> inserts;
    for (auto const& table : evidence_tables()) {
      add_missing_columns(*database, table);
      auto statement = Statement::prepare(*database, insert_statement(table));
      if (!statement) return fail(settings.file + ": " + statement.error());
      inserts.push_back(std::move(*statement));
    }
    return std::unique_ptr<Writer>(
        new Writer(std::move(*database), std::move(inserts), settings.retention, settings.memory_expire));
  }

  Result<void, std::string> write(std::deque<EvidenceRecord> const& records) {
    auto result = database_.run("BEGIN");
    std::unordered_map<std::string, policy::MemoryEntry const*> remembered;  // the last word on each
    for (auto const& record : records) {
      if (auto const* entry = std::get_if<policy::MemoryEntry>(&record))
        remembered[std::string(print(entry->kind)) + ' ' + entry->name] = entry;
      else if (result)
        result = std::visit([this](auto const& r) { return insert(r); }, record);
    }
    for (auto const& [name, entry] : remembered)
      if (result) result = insert(*entry);
    if (result) return database_.run("COMMIT");
    static_cast<void>(database_.run("ROLLBACK"));
    return result;
  }

  Result<void, std::string> forget_old() {
    auto const cutoff = std::to_string(to_micros(net::wall_clock() - retention_));
    return database_.run(
        "DELETE FROM connections WHERE id < " + cutoff + ";DELETE FROM transactions WHERE id < " + cutoff +
        ";DELETE FROM recipients WHERE message < " + cutoff + ";DELETE FROM deliveries WHERE at < " + cutoff +
        ";DELETE FROM outbound WHERE id < " + cutoff + ";DELETE FROM rule_matches WHERE at < " + cutoff +
        ";DELETE FROM tls_memory WHERE last_seen < " +
        std::to_string(to_micros(net::wall_clock() - memory_expire_)));
  }

 private:
  Writer(Database database, std::vector<Statement> inserts, Duration retention, Duration memory_expire)
      : database_(std::move(database)),
        inserts_(std::move(inserts)),
        retention_(retention),
        memory_expire_(memory_expire) {}

  Result<void, std::string> finish(Statement& statement) {
    auto const stepped = statement.step();
    statement.reset();
    if (!stepped) return fail(stepped.error());
    return {};
  }

  Result<void, std::string> insert(policy::ConnectionFacts const& c) {
    std::string const client = c.client.print();
    auto const done = finish(inserts_[0].bind(
        c.id, to_micros(c.ended), c.listener, policy::print(c.listener_tls), client, c.port, c.verified_name,
        c.helo, policy::print(c.greeting), policy::print(c.tls.state), c.tls.offered, c.tls.requested,
        c.tls.version, c.tls.cipher, c.tls.group, c.tls.resumed, c.tls.sni,
        policy::print(c.tls.client_certificate), c.tls.spki_sha256, c.tls.failure, c.tls.injected,
        c.remembered.failed_handshakes, c.commands, c.errors, c.transactions, c.messages,
        policy::print(c.end), c.login, policy::print(c.role), c.downgraded));
    return done ? insert_matches(c.started, c.id, 0, c.matches) : done;
  }

  Result<void, std::string> insert_matches(Instant at, std::uint64_t connection, std::uint64_t message,
                                           std::vector<policy::RuleMatch> const& matches) {
    for (auto const& match : matches) {
      auto const added = finish(inserts_[5].bind(to_micros(at), connection, message, match.recipient,
                                                 match.rule, policy::print(match.effect), match.enforced));
      if (!added) return added;
    }
    return {};
  }

  Result<void, std::string> insert(policy::MemoryEntry const& e) {
    bind(inserts_[6], e);
    return finish(inserts_[6]);
  }

  Result<void, std::string> insert(TransactionRecord const& record) {
    auto const& t = record.transaction;
    std::string const sender = t.mail.reverse_path ? t.mail.reverse_path->print() : std::string();
    std::string const domain = t.mail.reverse_path ? t.mail.reverse_path->host() : std::string();
    auto const done = finish(inserts_[1].bind(t.id.value, record.connection, to_micros(t.started), sender,
                                              domain, t.mail.size.value_or(0), t.size, body_word(t.mail.body),
                                              t.mail.smtputf8, t.mail.requiretls, t.chunking, asks_for_dsn(t),
                                              t.bare_newlines, policy::print(t.outcome), t.code, t.rule,
                                              t.content.content_8bit, policy::print(t.spf)));
    if (!done) return done;
    for (std::size_t i = 0; i < t.recipients.size(); ++i) {
      auto const& r = t.recipients[i];
      std::string const address = r.address.print();
      std::string const host = r.address.host();
      auto const added = finish(inserts_[2].bind(t.id.value, i, address, host, policy::print(r.standing),
                                                 r.accepted, r.code, r.rule, r.flag));
      if (!added) return added;
    }
    return insert_matches(t.started, record.connection, t.id.value, t.matches);
  }

  Result<void, std::string> insert(DeliveryRecord const& d) {
    return finish(inserts_[3].bind(d.message.value, to_micros(d.at), d.address, d.destination, d.attempt,
                                   print(d.outcome), d.reply));
  }

  Result<void, std::string> insert(OutboundRecord const& o) {
    return finish(inserts_[4].bind(o.id, o.destination, o.host, o.peer, o.policy, o.tls_offered, o.tls,
                                   o.tls_version, o.tls_cipher, o.tls_group, o.certificate, o.proved,
                                   o.tls_failure, o.delivered, o.problem, o.reported.domain, o.reported.type,
                                   o.reported.policy, o.reported.mx, o.result, o.reported.reason));
  }

  Database database_;
  std::vector<Statement> inserts_;
  Duration retention_;
  Duration memory_expire_;
};

Evidence::Evidence(std::unique_ptr<Writer> writer, Log& log, Counters& counters)
    : writer_(std::move(writer)), log_(log), counters_(counters) {
  thread_ = std::thread([this] { run(); });
}

Result<std::unique_ptr<Evidence>, std::string> Evidence::open(EvidenceSettings settings, Log& log,
                                                              Counters& counters) {
  auto writer = Writer::open(settings);
  if (!writer) return fail(writer.error());
  return std::unique_ptr<Evidence>(new Evidence(std::move(*writer), log, counters));
}

Evidence::~Evidence() {
  waiting_.access()->stopping = true;
  wake_.notify_one();
  thread_.join();
}

void Evidence::record(EvidenceRecord record) {
  auto waiting = waiting_.access();
  if (waiting->records.size() >= queue_limit) return counters_.add(Count::facts_dropped);
  waiting->records.push_back(std::move(record));
}

void Evidence::run() {
  ::pthread_setname_np(::pthread_self(), "evidence");
  auto next_cleaning = std::chrono::steady_clock::now();
  bool failing = false;
  for (bool stopping = false; !stopping;) {
    std::deque<EvidenceRecord> records;
    {
      auto waiting = waiting_.access();
      wake_.wait_for(waiting.lock(), batch_interval, [&] { return waiting->stopping; });
      records.swap(waiting->records);
      stopping = waiting->stopping;
    }
    if (records.empty() && std::chrono::steady_clock::now() < next_cleaning) continue;
    auto result = records.empty() ? Result<void, std::string>() : writer_->write(records);
    if (!result) counters_.add(Count::facts_dropped, records.size());
    if (result && std::chrono::steady_clock::now() >= next_cleaning) {
      result = writer_->forget_old();
      next_cleaning = std::chrono::steady_clock::now() + retention_interval;
    }
    if (!result && !failing)
      log_.write(LogEvent(Severity::error, "facts-not-written").add("reason", result.error()));
    failing = !result;
  }
}

}  // namespace postern::store

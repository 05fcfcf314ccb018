#include "store/evidence.hpp"

#include <pthread.h>

#include <map>

#include "net/wall_clock.hpp"
#include "store/evidence_schema.hpp"
#include "store/evidence_tables.hpp"
#include "store/table_rows.hpp"

namespace postern::store {
namespace {

constexpr std::chrono::milliseconds batch_interval{500};
constexpr std::chrono::minutes retention_interval{10};

}  // namespace

class Evidence::Writer {
 public:
  static Result<std::unique_ptr<Writer>, std::string> open(EvidenceSettings const& settings) {
    auto database = Database::open(settings.file, OpenMode::create);
    if (!database) return fail(database.error());
    // synchronous=OFF: a power loss may cost facts, and a checkpoint never blocks on the disk the mail needs.
    auto ready =
        database->run("PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA wal_autocheckpoint=4000;");
    if (ready) ready = make_tables(*database);
    std::vector<Statement> inserts;
    for_each_table([&](auto const& table) {
      if (!ready) return;
      auto statement = Statement::prepare(*database, insert_statement(table));
      if (statement)
        inserts.push_back(*std::move(statement));
      else
        ready = fail(statement.error());
    });
    if (!ready) return fail(settings.file + ": " + ready.error());
    return std::unique_ptr<Writer>(
        new Writer(std::move(*database), std::move(inserts), settings.retention, settings.memory_expire));
  }

  // All of them or, when one cannot be written, none. Takes them apart.
  Result<void, std::string> write(std::deque<EvidenceRecord>& records) {
    auto result = database_.run("BEGIN");
    std::map<std::pair<policy::MemoryKind, std::string_view>, policy::MemoryEntry const*> last_of_each;
    for (auto& record : records) {
      if (auto const* entry = std::get_if<policy::MemoryEntry>(&record))
        last_of_each[{entry->kind, entry->name}] = entry;
      else if (result)
        result = std::visit([this](auto& r) { return write_one(r); }, record);
    }
    for (auto const& [key, entry] : last_of_each)
      if (result) result = write_one(*entry);
    if (result) return database_.run("COMMIT");
    static_cast<void>(database_.run("ROLLBACK"));
    return result;
  }

  Result<void, std::string> forget_old() {
    auto const now = net::wall_clock();
    std::string sql;
    for_each_table([&](auto const& table) {
      if (table.lifetime == Lifetime::unlimited) return;
      auto const limit = table.lifetime == Lifetime::memory_expire ? memory_expire_ : retention_;
      sql += "DELETE FROM " + std::string(table.name) + " WHERE " + std::string(table.dated_by) + " < " +
             std::to_string(to_micros(now - limit)) + ";";
    });
    return database_.run(sql);
  }

 private:
  Writer(Database database, std::vector<Statement> inserts, Duration retention, Duration memory_expire)
      : database_(std::move(database)),
        inserts_(std::move(inserts)),
        retention_(retention),
        memory_expire_(memory_expire) {}

  template <TableId id, class Record>
  Result<void, std::string> insert(Record const& record) {
    return insert_row(inserts_[static_cast<std::size_t>(id)], table<id>(), record);
  }

  Result<void, std::string> write_one(policy::ConnectionFacts& c) {
    auto const done = insert<TableId::connections>(c);
    return done ? write_matches({.at = c.started, .connection = c.id}, c.matches) : done;
  }

  Result<void, std::string> write_one(TransactionRecord& record) {
    auto& t = record.transaction;
    auto done = insert<TableId::transactions>(record);
    RecipientRow row{.message = t.id};
    for (auto& recipient : t.recipients) {
      if (!done) return done;
      row.recipient = std::move(recipient);
      done = insert<TableId::recipients>(row);
      ++row.position;
    }
    if (!done) return done;
    return write_matches({.at = t.started, .connection = record.connection, .message = t.id}, t.matches);
  }

  // `row`: as far as it is the same for each.
  Result<void, std::string> write_matches(MatchRow row, std::vector<policy::RuleMatch>& matches) {
    for (auto& match : matches) {
      row.match = std::move(match);
      if (auto const done = insert<TableId::rule_matches>(row); !done) return done;
    }
    return {};
  }

  Result<void, std::string> write_one(DeliveryRecord const& d) { return insert<TableId::deliveries>(d); }
  Result<void, std::string> write_one(OutboundRecord const& o) { return insert<TableId::outbound>(o); }
  Result<void, std::string> write_one(policy::MemoryEntry const& e) { return insert<TableId::tls_memory>(e); }

  Database database_;
  std::vector<Statement> inserts_;  // by TableId
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

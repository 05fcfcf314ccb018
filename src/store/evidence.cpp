#include "store/evidence.hpp"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "net/wall_clock.hpp"
#include "store/evidence_schema.hpp"
#include "store/evidence_size.hpp"
#include "store/evidence_tables.hpp"
#include "store/optional_database.hpp"
#include "store/table_rows.hpp"

namespace postern::store {
namespace {

constexpr std::chrono::milliseconds batch_interval{500};
constexpr std::chrono::minutes retention_interval{10};
constexpr std::chrono::milliseconds first_pause_of_facts{1000};
constexpr std::chrono::milliseconds longest_pause_of_facts{60'000};

}  // namespace

class Evidence::Writer {
 public:
  static Result<std::unique_ptr<Writer>, std::string> open(EvidenceSettings const& settings) {
    auto database = Database::open(settings.file, OpenMode::create);
    if (!database) return fail(database.error());
    // synchronous=OFF: a power loss may cost facts, and a checkpoint never blocks on the disk the mail needs.
    // auto_vacuum comes first: it can be chosen only while there is no table. A start does not wait for long
    // when somebody has locked the file; writing waits longer.
    auto ready = database->run(
        "PRAGMA busy_timeout=250;PRAGMA auto_vacuum=INCREMENTAL;PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=OFF;PRAGMA wal_autocheckpoint=4000;PRAGMA journal_size_limit=67108864;");
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
    if (ready) ready = database->run("PRAGMA busy_timeout=2000;");
    if (!ready) return fail(ready.error());
    auto const limits = limits_for(*database, settings.file, settings.max_size);
    if (!limits) return fail(limits.error());
    return std::unique_ptr<Writer>(new Writer(std::move(*database), std::move(inserts), settings, *limits));
  }

  // False: what waits cannot be written, since the store is full for now.
  Result<bool, std::string> make_room() { return store::make_room(database_, file_, limits_); }

  // Before write(): nobody else writes from now on. Fails when somebody else has locked the file.
  Result<void, std::string> begin() { return database_.run("BEGIN IMMEDIATE"); }

  // All of them or, when one cannot be written, none. Takes them apart.
  Result<void, std::string> write(std::deque<EvidenceRecord>& records) {
    Result<void, std::string> result;
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
  Writer(Database database, std::vector<Statement> inserts, EvidenceSettings const& settings,
         FactsLimits const& limits)
      : database_(std::move(database)),
        inserts_(std::move(inserts)),
        file_(settings.file),
        retention_(settings.retention),
        memory_expire_(settings.memory_expire),
        limits_(limits) {}

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
  std::string file_;
  Duration retention_;
  Duration memory_expire_;
  FactsLimits limits_;
};

Evidence::Evidence(EvidenceSettings settings, Log& log, Counters& counters, std::function<void()> on_opened)
    : settings_(std::move(settings)), log_(log), counters_(counters), on_opened_(std::move(on_opened)) {
  if (auto opened = Writer::open(settings_))
    writer_ = *std::move(opened);
  else
    unavailable(opened.error());
  thread_ = std::thread([this] { run(); });
}

Result<std::unique_ptr<Evidence>, std::string> Evidence::open(EvidenceSettings settings, Log& log,
                                                              Counters& counters,
                                                              std::function<void()> on_opened) {
  if (auto const there = directory_exists(settings.file); !there) return fail(there.error());
  return std::unique_ptr<Evidence>(new Evidence(std::move(settings), log, counters, std::move(on_opened)));
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

// The store has room for these, and nobody else writes from now on; or it has none, and they are dropped.
Result<void, std::string> Evidence::begin(std::deque<EvidenceRecord>& records) {
  auto const room = writer_->make_room();
  if (!room) return fail(room.error());
  if (*room) {
    full_ = false;
    return writer_->begin();
  }
  drop(records, "there is no more room below facts.max_size");
  return {};
}

void Evidence::drop(std::deque<EvidenceRecord>& records, std::string const& why) {
  counters_.add(Count::facts_dropped, records.size());
  if (!std::exchange(full_, true))
    log_.write(
        LogEvent(Severity::error, "facts-not-written").add("records", records.size()).add("reason", why));
  records.clear();
}

void Evidence::run() {
  ::pthread_setname_np(::pthread_self(), "evidence");
  for (bool stopping = false; !stopping;) {
    std::deque<EvidenceRecord> records;
    {
      auto waiting = waiting_.access();
      wake_.wait_for(waiting.lock(), batch_interval, [&] { return waiting->stopping; });
      stopping = waiting->stopping;
      if (writer_ || stopping) records.swap(waiting->records);  // else they wait
    }
    if (!writer_) {
      counters_.add(Count::facts_dropped, records.size());
      if (!stopping) open_writer();
      continue;
    }
    bool const cleans = SteadyClock::now() >= next_cleaning_;
    if (records.empty() && !cleans) continue;
    if (!records.empty()) {
      if (auto const begun = begin(records); !begun) {
        if (stopping)
          counters_.add(Count::facts_dropped, records.size());
        else
          give_back(std::move(records));
        unavailable(begun.error());
        continue;
      }
    }
    auto result = records.empty() ? Result<void, std::string>() : write(records);
    if (result && cleans) {
      result = writer_->forget_old();
      next_cleaning_ = SteadyClock::now() + retention_interval;
    }
    if (result)
      available();
    else
      unavailable(result.error());
  }
}

Result<void, std::string> Evidence::write(std::deque<EvidenceRecord>& records) {
  auto const written = writer_->write(records);
  if (written) return written;
  counters_.add(Count::facts_dropped, records.size());
  log_.write(LogEvent(Severity::error, "facts-not-written")
                 .add("records", records.size())
                 .add("reason", written.error()));
  return written;
}

void Evidence::open_writer() {
  if (SteadyClock::now() < next_opening_) return;
  auto opened = Writer::open(settings_);
  if (!opened) return unavailable(opened.error());
  writer_ = *std::move(opened);
  if (on_opened_) on_opened_();
}

// They go before what has come since.
void Evidence::give_back(std::deque<EvidenceRecord> records) {
  auto waiting = waiting_.access();
  records.insert(records.end(), std::make_move_iterator(waiting->records.begin()),
                 std::make_move_iterator(waiting->records.end()));
  if (records.size() > queue_limit) {
    counters_.add(Count::facts_dropped, records.size() - queue_limit);
    records.resize(queue_limit);
  }
  waiting->records = std::move(records);
}

// Only what has been written shows that.
void Evidence::available() {
  pause_ = {};
  if (std::exchange(failing_, false)) log_.write(store_available(settings_.file));
}

// The file is opened anew after a while: it may be another one then.
void Evidence::unavailable(std::string const& why) {
  writer_.reset();
  pause_ = std::clamp(2 * pause_, first_pause_of_facts, longest_pause_of_facts);
  next_opening_ = SteadyClock::now() + pause_;
  if (!std::exchange(failing_, true)) log_.write(store_unavailable(settings_.file, why));
}

}  // namespace postern::store

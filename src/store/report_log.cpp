#include "store/report_log.hpp"

#include <utility>

namespace postern::store {
namespace {

constexpr std::size_t waiting_reports_limit = 100'000;

// Earlier versions knew no places: what they kept, and what is kept without one, is in a table of its own.
Result<void, std::string> write_sent(Database& database, std::string const& day, std::string const& domain,
                                     std::string const& place) {
  auto statement = Statement::prepare(
      database, place.empty() ? "INSERT OR IGNORE INTO sent (day, domain) VALUES (?1, ?2)"
                              : "INSERT OR IGNORE INTO sent_to (day, domain, place) VALUES (?1, ?2, ?3)");
  if (!statement) return fail(statement.error());
  auto const stepped =
      place.empty() ? statement->bind(day, domain).step() : statement->bind(day, domain, place).step();
  if (!stepped) return fail(stepped.error());
  return {};
}

Result<bool, std::string> read_sent(Database& database, std::string const& day, std::string const& domain,
                                    std::string const& place) {
  auto statement = Statement::prepare(
      database, place.empty() ? "SELECT 1 FROM sent WHERE day = ?1 AND domain = ?2"
                              : "SELECT 1 FROM sent_to WHERE day = ?1 AND domain = ?2 AND place = ?3");
  if (!statement) return fail(statement.error());
  return place.empty() ? statement->bind(day, domain).step() : statement->bind(day, domain, place).step();
}

}  // namespace

Result<std::unique_ptr<ReportLog>, std::string> ReportLog::open(std::string const& file, Log& log,
                                                                OptionalDatabase::Pause first_pause) {
  if (auto const there = directory_exists(file); !there) return fail(there.error());
  OptionalDatabase database(
      file,
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
      "CREATE TABLE IF NOT EXISTS sent (day TEXT, domain TEXT, PRIMARY KEY (day, domain)) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS sent_to (day TEXT, domain TEXT, place TEXT, "
      "PRIMARY KEY (day, domain, place)) WITHOUT ROWID;"
      "DELETE FROM sent WHERE day < date('now', '-30 days');"
      "DELETE FROM sent_to WHERE day < date('now', '-30 days')",
      log, first_pause);
  std::unique_ptr<ReportLog> reports(new ReportLog(std::move(database)));
  reports->state_.access()->database.get();
  return reports;
}

bool ReportLog::has(std::string const& day, std::string const& domain, std::string const& place) const {
  auto state = state_.access();
  if (state->waiting.contains({day, domain, place})) return true;
  auto* database = state->database.get();
  if (database == nullptr) return false;
  auto const there = read_sent(*database, day, domain, place);
  if (!there) state->database.failed(there.error());
  return there && *there;
}

void ReportLog::keep(std::string const& day, std::string const& domain, std::string const& place) {
  auto state = state_.access();
  auto& waiting = state->waiting;
  if (waiting.size() >= waiting_reports_limit) waiting.erase(waiting.begin());
  waiting.emplace(day, domain, place);
  auto* database = state->database.get();
  while (database != nullptr && !waiting.empty()) {
    auto const& [first_day, first_domain, first_place] = *waiting.begin();
    if (auto const written = write_sent(*database, first_day, first_domain, first_place); !written) {
      state->database.failed(written.error());
      return;
    }
    waiting.erase(waiting.begin());
  }
}

}  // namespace postern::store

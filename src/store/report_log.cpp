#include "store/report_log.hpp"

namespace postern::store {

Result<std::unique_ptr<ReportLog>, std::string> ReportLog::open(std::string const& file) {
  auto database = Database::open(file, OpenMode::create);
  if (!database) return fail(database.error());
  auto const ready = database->run(
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
      "CREATE TABLE IF NOT EXISTS sent (day TEXT, domain TEXT, PRIMARY KEY (day, domain)) WITHOUT ROWID;"
      "DELETE FROM sent WHERE day < date('now', '-30 days')");
  if (!ready) return fail(file + ": " + ready.error());
  return std::unique_ptr<ReportLog>(new ReportLog(std::move(*database)));
}

bool ReportLog::has(std::string const& day, std::string const& domain) const {
  auto database = database_.access();
  auto statement = Statement::prepare(*database, "SELECT 1 FROM sent WHERE day = ? AND domain = ?");
  if (!statement) return false;
  auto const row = statement->bind(day, domain).step();
  return row && *row;
}

void ReportLog::keep(std::string const& day, std::string const& domain) {
  auto database = database_.access();
  auto statement = Statement::prepare(*database, "INSERT OR IGNORE INTO sent (day, domain) VALUES (?, ?)");
  if (statement) static_cast<void>(statement->bind(day, domain).step());
}

}  // namespace postern::store

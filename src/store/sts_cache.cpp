#include "store/sts_cache.hpp"

namespace postern::store {

Result<std::unique_ptr<StsCache>, std::string> StsCache::open(std::string const& file) {
  auto database = Database::open(file, OpenMode::create);
  if (!database) return fail(database.error());
  auto const ready = database->run(
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
      "CREATE TABLE IF NOT EXISTS mta_sts (domain TEXT PRIMARY KEY, id TEXT, fetched INTEGER, expires "
      "INTEGER, "
      "policy TEXT) WITHOUT ROWID");
  if (!ready) return fail(file + ": " + ready.error());
  return std::unique_ptr<StsCache>(new StsCache(std::move(*database)));
}

std::vector<StsEntry> StsCache::load(Instant now) {
  auto database = database_.access();
  std::vector<StsEntry> entries;
  static_cast<void>(database->run("DELETE FROM mta_sts WHERE expires < " + std::to_string(to_micros(now))));
  auto statement = Statement::prepare(*database, "SELECT domain, id, fetched, policy FROM mta_sts");
  if (!statement) return entries;
  for (auto row = statement->step(); row && *row; row = statement->step()) {
    auto policy = wire::parse_sts_policy(statement->text(3));
    if (policy)
      entries.push_back(
          {statement->text(0), statement->text(1), from_micros(statement->integer(2)), std::move(*policy)});
  }
  return entries;
}

Result<void, std::string> StsCache::keep(StsEntry const& entry) {
  auto database = database_.access();
  auto statement = Statement::prepare(*database, "INSERT OR REPLACE INTO mta_sts VALUES (?,?,?,?,?)");
  if (!statement) return fail(statement.error());
  std::string const policy = print(entry.policy);
  auto const stepped =
      statement->bind(entry.domain, entry.id, to_micros(entry.fetched), to_micros(entry.expires()), policy)
          .step();
  if (!stepped) return fail(stepped.error());
  return {};
}

}  // namespace postern::store

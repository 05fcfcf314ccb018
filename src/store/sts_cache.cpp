#include "store/sts_cache.hpp"

namespace postern::store {
namespace {

constexpr std::size_t waiting_policies_limit = 10'000;

Result<void, std::string> write(Database& database, StsEntry const& entry) {
  auto statement = Statement::prepare(database, "INSERT OR REPLACE INTO mta_sts VALUES (?,?,?,?,?)");
  if (!statement) return fail(statement.error());
  std::string const policy = print(entry.policy);
  auto const stepped =
      statement->bind(entry.domain, entry.id, to_micros(entry.fetched), to_micros(entry.expires()), policy)
          .step();
  if (!stepped) return fail(stepped.error());
  return {};
}

}  // namespace

Result<std::unique_ptr<StsCache>, std::string> StsCache::open(std::string const& file, Log& log,
                                                              OptionalDatabase::Pause first_pause) {
  if (auto const there = directory_exists(file); !there) return fail(there.error());
  OptionalDatabase database(
      file,
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
      "CREATE TABLE IF NOT EXISTS mta_sts (domain TEXT PRIMARY KEY, id TEXT, fetched INTEGER, expires "
      "INTEGER, "
      "policy TEXT) WITHOUT ROWID",
      log, first_pause);
  return std::unique_ptr<StsCache>(new StsCache(std::move(database)));
}

std::vector<StsEntry> StsCache::load(Instant now) {
  auto state = state_.access();
  std::vector<StsEntry> entries;
  auto* database = state->database.get();
  if (database == nullptr) return entries;
  static_cast<void>(database->run("DELETE FROM mta_sts WHERE expires < " + std::to_string(to_micros(now))));
  auto statement = Statement::prepare(*database, "SELECT domain, id, fetched, policy FROM mta_sts");
  if (!statement) {
    state->database.failed(statement.error());
    return entries;
  }
  for (auto row = statement->step(); row && *row; row = statement->step()) {
    auto policy = wire::parse_sts_policy(statement->text(3));
    if (policy)
      entries.push_back(
          {statement->text(0), statement->text(1), from_micros(statement->integer(2)), std::move(*policy)});
  }
  return entries;
}

void StsCache::keep(StsEntry const& entry) {
  auto state = state_.access();
  auto& waiting = state->waiting;
  if (waiting.size() >= waiting_policies_limit && !waiting.contains(entry.domain))
    waiting.erase(waiting.begin());
  waiting.insert_or_assign(entry.domain, entry);
  auto* database = state->database.get();
  while (database != nullptr && !waiting.empty()) {
    if (auto const written = write(*database, waiting.begin()->second); !written) {
      state->database.failed(written.error());
      return;
    }
    waiting.erase(waiting.begin());
  }
}

}  // namespace postern::store

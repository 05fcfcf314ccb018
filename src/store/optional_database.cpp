#include "store/optional_database.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace postern::store {
namespace {

constexpr OptionalDatabase::Pause longest_pause_of_database = std::chrono::minutes(1);

}  // namespace

OptionalDatabase::OptionalDatabase(std::string file, std::string prepare, Log& log, Pause first_pause)
    : file_(std::move(file)), prepare_(std::move(prepare)), log_(log), first_pause_(first_pause) {}

Database* OptionalDatabase::get() {
  if (database_) return &*database_;
  if (std::chrono::steady_clock::now() < not_before_) return nullptr;
  if (auto const opened = open(); !opened) {
    failed(opened.error());
    return nullptr;
  }
  pause_ = Pause{0};
  if (std::exchange(failing_, false)) log_.write(store_available(file_));
  return &*database_;
}

Result<void, std::string> OptionalDatabase::open() {
  auto database = Database::open(file_, OpenMode::create);
  if (!database) return fail(database.error());
  auto const ready = database->run("PRAGMA busy_timeout=250;" + prepare_);
  if (!ready) return ready;
  database_ = *std::move(database);
  return {};
}

void OptionalDatabase::failed(std::string const& why) {
  database_.reset();
  pause_ = std::clamp(2 * pause_, first_pause_, longest_pause_of_database);
  not_before_ = std::chrono::steady_clock::now() + pause_;
  if (!std::exchange(failing_, true)) log_.write(store_unavailable(file_, why));
}

LogEvent store_unavailable(std::string const& file, std::string const& why) {
  LogEvent event(Severity::error, "store-unavailable");
  event.add("file", file).add("reason", why);
  return event;
}

LogEvent store_available(std::string const& file) {
  LogEvent event(Severity::warning, "store-available");
  event.add("file", file);
  return event;
}

Result<void, std::string> directory_exists(std::string const& file) {
  auto const directory = std::filesystem::path(file).parent_path();
  std::error_code error;
  if (directory.empty() || std::filesystem::is_directory(directory, error)) return {};
  return fail(file + ": there is no such directory");
}

}  // namespace postern::store

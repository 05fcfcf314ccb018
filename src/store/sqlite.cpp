#include "store/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern::store {
namespace {

constexpr mode_t private_mode = 0600;

// Before SQLite makes a database it is made here, since SQLite would go by the umask; its -wal and -shm get
// the mode of the database. A file that exists is not opened here: closing it would take the locks of a
// database that this process has open. What others may read is taken from them: an older version made such
// files.
void make_private(std::string const& file) {
  int const made = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, private_mode);
  if (made >= 0) ::close(made);
  for (auto const* ending : {"", "-wal", "-shm"}) {
    std::string const path = file + ending;
    struct stat about {};
    bool const is_file = ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode);
    if (is_file && (about.st_mode & 077) != 0) static_cast<void>(::chmod(path.c_str(), private_mode));
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }

Result<Database, std::string> Database::open(std::string const& file, OpenMode mode) {
  int const flags =
      mode == OpenMode::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (mode == OpenMode::create) make_private(file);
  sqlite3* raw = nullptr;
  int const status = ::sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (status != SQLITE_OK) return fail(file + ": " + (raw != nullptr ? ::sqlite3_errmsg(raw) : "no memory"));
  ::sqlite3_busy_timeout(raw, 5000);
  return database;
}

Result<void, std::string> Database::run(std::string const& sql) {
  if (::sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(last_error());
  return {};
}

std::string Database::last_error() const { return ::sqlite3_errmsg(handle_.get()); }

std::int64_t Database::changes() const { return ::sqlite3_changes64(handle_.get()); }

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { ::sqlite3_finalize(handle); }

Result<Statement, std::string> Statement::prepare(Database const& database, std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  int const status = ::sqlite3_prepare_v3(database.raw(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (status != SQLITE_OK) return fail(database.last_error());
  return Statement(raw);
}

Result<bool, std::string> Statement::step() {
  int const status = ::sqlite3_step(handle_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return fail(std::string(::sqlite3_errmsg(::sqlite3_db_handle(handle_.get()))));
}

std::int64_t Statement::integer(int column) const { return ::sqlite3_column_int64(handle_.get(), column); }

std::string Statement::text(int column) const {
  auto const* data = ::sqlite3_column_text(handle_.get(), column);
  auto const length = static_cast<std::size_t>(::sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string() : std::string(reinterpret_cast<char const*>(data), length);
}

Cell Statement::cell(int column) const {
  switch (::sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return integer(column);
    default: break;
  }
  auto const* data = ::sqlite3_column_text(handle_.get(), column);
  auto const length = static_cast<std::size_t>(::sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string_view() : std::string_view(reinterpret_cast<char const*>(data), length);
}

void Statement::bind_cell(int parameter, Cell const& cell) {
  if (auto const* number = std::get_if<std::int64_t>(&cell)) return put_integer(parameter, *number);
  if (auto const* view = std::get_if<std::string_view>(&cell)) return put(parameter, *view);
  if (auto const* text = std::get_if<std::string>(&cell)) {
    ::sqlite3_bind_text(handle_.get(), parameter, text->data(), static_cast<int>(text->size()),
                        SQLITE_TRANSIENT);
    return;
  }
  put_null(parameter);
}

void Statement::reset() { ::sqlite3_reset(handle_.get()); }

void Statement::put(int index, std::string_view value) {
  ::sqlite3_bind_text(handle_.get(), index, value.data() == nullptr ? "" : value.data(),
                      static_cast<int>(value.size()), SQLITE_STATIC);
}

void Statement::put_integer(int index, std::int64_t value) {
  ::sqlite3_bind_int64(handle_.get(), index, value);
}

void Statement::put_null(int index) { ::sqlite3_bind_null(handle_.get(), index); }

}  // namespace postern::store

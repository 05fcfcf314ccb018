#include "app/commands/maildrop.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

namespace postern::app {
namespace {

// Others may not list the directory, and cannot guess a name: so a file's mode need not keep the server out.
constexpr mode_t file_mode = 0644;

std::string random_name() {
  std::random_device device;
  std::string name;
  for (int i = 0; i < 4; ++i) {
    name += "0123456789abcdefghijklmnopqrstuv"[device() % 32];
    name += std::to_string(device());
  }
  return name;
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The first directory on the way to `path`, itself included, through which this user may not go; or nothing.
std::string closed_directory(std::string const& path) {
  for (auto slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    auto const directory = path.substr(0, slash);
    if (::access(directory.c_str(), X_OK) != 0) return directory;
    if (slash == std::string::npos) return {};
  }
}

SendRefusal cannot_leave(std::string const& directory, int error) {
  auto const why = "the message could not be left for the server: " + directory + ": " + std::strerror(error);
  if (error == ENOENT || error == ENOTDIR)
    return {.exit_code = EX_UNAVAILABLE,
            .why = why +
                   ". The server makes this directory when it starts: start it, or name its "
                   "configuration file with -C or $POSTERN_CONFIG"};
  if (error != EACCES && error != EPERM)
    return {.exit_code = EX_IOERR, .why = why, .disk_full = error == ENOSPC || error == EDQUOT};
  auto const closed = closed_directory(directory);
  if (closed.empty() || closed == directory)
    return {.exit_code = EX_NOPERM,
            .why = why + ". Local users must be able to write there: chmod 1733 " + directory +
                   ", as the server does when it starts"};
  return {.exit_code = EX_NOPERM,
          .why = why + ". Local users must be able to pass through " + closed + ": chmod 0711 " + closed +
                 " (where systemd makes it: StateDirectoryMode=0711)"};
}

}  // namespace

Result<void, SendRefusal> leave_message(std::string const& directory, wire::DroppedMessage const& message,
                                        std::uint64_t limit) {
  auto const text = print(message);
  if (auto const read = wire::parse_dropped_message(text, limit); !read)
    return fail(SendRefusal{.exit_code = EX_DATAERR, .why = "the message cannot be sent: " + read.error()});
  std::string const name = random_name();
  std::string const hidden = directory + "/." + name;
  std::string const ready = directory + "/" + name + ".drop";
  int const file = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
  if (file < 0) return fail(cannot_leave(directory, errno));
  // The second sync makes the new name safe: the directory itself may not be opened by everybody.
  bool const good = ::fchmod(file, file_mode) == 0 && write_whole(file, text) && ::fsync(file) == 0 &&
                    ::rename(hidden.c_str(), ready.c_str()) == 0 && ::fsync(file) == 0;
  int const why = errno;
  ::close(file);
  if (good) return {};
  ::unlink(hidden.c_str());
  ::unlink(ready.c_str());
  return fail(cannot_leave(directory, why));
}

}  // namespace postern::app

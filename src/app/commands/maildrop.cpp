#include "app/commands/maildrop.hpp"

#include <fcntl.h>
#include <sys/stat.h>
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

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<void, std::string> leave_message(std::string const& directory, wire::DroppedMessage const& message) {
  std::string const name = random_name();
  std::string const hidden = directory + "/." + name;
  std::string const ready = directory + "/" + name + ".drop";
  int const file = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
  if (file < 0) return fail(directory + ": " + std::strerror(errno));
  bool good = ::fchmod(file, file_mode) == 0 && write_all(file, print(message)) && ::fsync(file) == 0 &&
              ::rename(hidden.c_str(), ready.c_str()) == 0;
  int const why = errno;
  // The new name is safe with the file: the directory itself may not be opened by everybody.
  good = good && ::fsync(file) == 0;
  ::close(file);
  if (good) return {};
  ::unlink(hidden.c_str());
  return fail(directory + ": " + std::strerror(why));
}

}  // namespace postern::app

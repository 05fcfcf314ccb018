#include "app/settings/key_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

#include "app/settings/why_not.hpp"
#include "store/file.hpp"

namespace postern::app {
namespace {

std::string path_of_key(std::string const& directory, auth::KeyName const& name) {
  return directory + "/" + file_name(name);
}

// To whom the server's files belong; the null group and user, which are root's, where nothing tells.
struct stat owner_by(std::string const& directory, std::string const& otherwise) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0 && ::stat(otherwise.c_str(), &info) != 0) info = {};
  return info;
}

bool belongs_to_server(int file, struct stat const& owner) {
  return ::geteuid() != 0 || ::fchown(file, owner.st_uid, owner.st_gid) == 0;
}

bool write_key_text(int file, std::string const& text) {
  return ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
}

Result<void, std::string> make_key_directory(std::string const& directory, struct stat const& owner) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) == 0) return {};
  errno = 0;
  if (!store::real_files().make_directories(directory))
    return fail("the directory " + directory + " cannot be made: " + why_not(errno));
  if (::geteuid() == 0 && ::chown(directory.c_str(), owner.st_uid, owner.st_gid) != 0)
    return fail("the directory " + directory + " cannot be given to the server's user: " + why_not(errno));
  return {};
}

// The time of the change stays with the file: `postern dkim list` tells it.
Result<void, std::string> change_key_state(std::string const& directory, auth::KeyName const& name,
                                           auth::KeyState to) {
  auto changed = name;
  changed.state = to;
  auto const from = path_of_key(directory, name);
  static_cast<void>(::utimensat(AT_FDCWD, from.c_str(), nullptr, 0));
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, path_of_key(directory, changed).c_str(),
                  RENAME_NOREPLACE) != 0)
    return fail(from + " cannot be renamed to " + file_name(changed) + ": " + why_not(errno));
  return {};
}

// Two files of one selector, sorted by it: no state could be changed without losing one of them.
std::optional<std::string> said_twice(std::vector<auth::KeyName> const& names) {
  auto const same = std::adjacent_find(names.begin(), names.end(),
                                       [](auth::KeyName const& one, auth::KeyName const& other) {
                                         return one.domain == other.domain && one.selector == other.selector;
                                       });
  if (same == names.end()) return std::nullopt;
  return file_name(*same) + " and " + file_name(*std::next(same)) +
         " are of one selector; a selector has one key: remove one of them";
}

}  // namespace

Result<std::vector<auth::KeyName>, std::string> list_keys(std::string const& directory) {
  std::error_code error;
  std::vector<auth::KeyName> names;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error))
    if (auto name = auth::parse_key_file_name(at->path().filename().string()))
      names.push_back(*std::move(name));
  if (error) return fail("the directory " + directory + " cannot be read: " + why_not(error.value()));
  std::sort(names.begin(), names.end(), [](auth::KeyName const& one, auth::KeyName const& other) {
    return std::tie(one.domain, one.selector, one.state) <
           std::tie(other.domain, other.selector, other.state);
  });
  return names;
}

KeysRead read_keys(std::string const& directory) {
  KeysRead read;
  auto const names = list_keys(directory);
  if (!names) {
    read.problems.push_back(names.error());
    return read;
  }
  if (auto const problem = said_twice(*names)) read.problems.push_back(*problem);
  for (auto const& name : *names) {
    auto const path = path_of_key(directory, name);
    errno = 0;
    std::ifstream in(path);
    std::stringstream text;
    if (in) text << in.rdbuf();
    if (!in) {
      read.problems.push_back(path + " cannot be read: " + why_not(errno));
      continue;
    }
    auto key = auth::read_signing_key(text.str());
    if (key)
      read.keys.push_back({.name = name, .key = *std::move(key)});
    else
      read.problems.push_back(path + ": " + key.error());
  }
  return read;
}

Result<void, std::string> write_key(std::string const& directory, std::string const& data_directory,
                                    auth::KeyName const& name, std::string const& pem) {
  auto const owner = owner_by(directory, data_directory);
  if (auto const made = make_key_directory(directory, owner); !made) return made;
  auto const path = path_of_key(directory, name);
  int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(path + " cannot be made: " + why_not(errno));
  bool const written = write_key_text(file, pem) && belongs_to_server(file, owner);
  int const error = errno;
  ::close(file);
  if (written) return {};
  ::unlink(path.c_str());
  return fail(path + " cannot be written: " + why_not(error));
}

Result<void, std::string> take_next_keys_into_use(std::string const& directory, std::string const& domain) {
  auto const names = list_keys(directory);
  if (!names) return fail(names.error());
  if (auto const problem = said_twice(*names)) return fail(*problem);
  if (std::none_of(names->begin(), names->end(), [&](auth::KeyName const& name) {
        return name.domain == domain && name.state == auth::KeyState::next;
      }))
    return {};
  for (auto const from : {auth::KeyState::next, auth::KeyState::active})
    for (auto const& name : *names) {
      if (name.domain != domain || name.state != from) continue;
      auto const to = from == auth::KeyState::next ? auth::KeyState::active : auth::KeyState::retired;
      if (auto const changed = change_key_state(directory, name, to); !changed) return changed;
    }
  return {};
}

Instant key_changed_at(std::string const& directory, auth::KeyName const& name) {
  struct stat info {};
  if (::stat(path_of_key(directory, name).c_str(), &info) != 0) return {};
  return Instant(std::chrono::seconds(info.st_mtim.tv_sec));
}

std::string state_of_keys(std::string const& directory) {
  std::string state;
  if (directory.empty()) return state;
  auto const names = list_keys(directory);
  if (!names) return names.error();
  for (auto const& name : *names) {
    struct stat info {};
    static_cast<void>(::stat(path_of_key(directory, name).c_str(), &info));
    state += file_name(name) + " " + std::to_string(info.st_ino) + " " + std::to_string(info.st_size) + " " +
             std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + " " +
             std::to_string(info.st_mode) + "\n";
  }
  return state;
}

}  // namespace postern::app

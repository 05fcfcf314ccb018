#include "store/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>

namespace postern::store {
namespace {

FileError error_of(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return FileError::full;
    case ENOENT:
    case ENOTDIR: return FileError::missing;
    default: return FileError::broken;
  }
}

Result<void, FileError> outcome(int status) {
  if (status != 0) return fail(error_of(errno));
  return {};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { ::close(fd_); }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealWritable : public WritableFile {
 public:
  explicit RealWritable(int fd) : fd_(fd) {}

  Result<void, FileError> append(std::span<std::string_view const> pieces) override {
    std::vector<iovec> vectors;
    vectors.reserve(pieces.size());
    for (auto piece : pieces)
      if (!piece.empty()) vectors.push_back({const_cast<char*>(piece.data()), piece.size()});
    std::size_t at = 0;
    while (at < vectors.size()) {
      auto const count = static_cast<int>(std::min<std::size_t>(vectors.size() - at, IOV_MAX));
      ssize_t written = ::writev(fd_.get(), vectors.data() + at, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return fail(error_of(errno));
      if (written == 0) return fail(FileError::broken);
      while (written > 0) {  // past what has been written
        auto& vector = vectors[at];
        auto const part = std::min(static_cast<std::size_t>(written), vector.iov_len);
        vector.iov_base = static_cast<char*>(vector.iov_base) + part;
        vector.iov_len -= part;
        written -= static_cast<ssize_t>(part);
        if (vector.iov_len == 0) ++at;
      }
    }
    return {};
  }
  Result<void, FileError> sync() override { return outcome(::fdatasync(fd_.get())); }
  Result<void, FileError> truncate(std::uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) return fail(error_of(errno));
    return outcome(::lseek(fd_.get(), static_cast<off_t>(size), SEEK_SET) < 0 ? -1 : 0);
  }

 private:
  Descriptor fd_;
};

class RealReadable : public ReadableFile {
 public:
  RealReadable(int fd, std::uint64_t size) : fd_(fd), size_(size) {}

  Result<std::size_t, FileError> read(std::uint64_t offset, std::span<char> into) const override {
    std::size_t total = 0;
    while (total < into.size()) {
      auto const count =
          ::pread(fd_.get(), into.data() + total, into.size() - total, static_cast<off_t>(offset + total));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && total == 0) return fail(error_of(errno));
      if (count <= 0) break;
      total += static_cast<std::size_t>(count);
    }
    return total;
  }
  std::uint64_t size() const override { return size_; }

 private:
  Descriptor fd_;
  std::uint64_t size_;
};

class RealFiles : public Files {
 public:
  Result<std::unique_ptr<WritableFile>, FileError> create(std::string const& path) override {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return fail(error_of(errno));
    return std::make_unique<RealWritable>(fd);
  }
  Result<std::shared_ptr<ReadableFile const>, FileError> open(std::string const& path) override {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(error_of(errno));
    struct stat info {};
    if (::fstat(fd, &info) != 0) return ::close(fd), fail(error_of(errno));
    return std::make_shared<RealReadable const>(fd, static_cast<std::uint64_t>(info.st_size));
  }
  Result<std::vector<std::string>, FileError> list(std::string const& directory) override {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return fail(error_of(errno));
    std::vector<std::string> names;
    while (auto const* entry = ::readdir(stream)) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(std::move(name));
    }
    ::closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
  }
  Result<void, FileError> make_directories(std::string const& path) override {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      if (auto const made = make_directory(path.substr(0, slash)); !made) return made;
      if (slash == std::string::npos) return {};
    }
  }
  Result<void, FileError> rename(std::string const& from, std::string const& to) override {
    return outcome(::rename(from.c_str(), to.c_str()));
  }
  Result<void, FileError> remove(std::string const& path) override { return outcome(::unlink(path.c_str())); }
  Result<void, FileError> sync_directory(std::string const& path) override {
    int const fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail(error_of(errno));
    Descriptor const directory(fd);
    return outcome(::fsync(fd));
  }

 private:
  // What is kept in a new directory is only safe once the entry in its parent is.
  Result<void, FileError> make_directory(std::string const& path) {
    if (::mkdir(path.c_str(), 0700) != 0) return outcome(errno == EEXIST ? 0 : -1);
    auto const slash = path.rfind('/');
    std::string const parent =
        slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    auto const synced = sync_directory(parent);
    if (!synced) ::rmdir(path.c_str());  // so that the next attempt syncs, too
    return synced;
  }
};

}  // namespace

Files& real_files() {
  static RealFiles files;
  return files;
}

}  // namespace postern::store

// The few file calls the spool and the Maildir make: real ones, or ones that fail on demand
// (tests/support/failing_files). Blocking. Threads: a file belongs to one; Files itself to any.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::store {

enum class FileError : std::uint8_t { full, missing, broken };  // no room; no such file; any other I/O error

class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Result<void, FileError> append(std::span<std::string_view const> pieces) = 0;  // all, or an error
  virtual Result<void, FileError> sync() = 0;                                            // fdatasync
  virtual Result<void, FileError> truncate(std::uint64_t size) = 0;
};

class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Fewer bytes at the end of the file, and before a place that cannot be read.
  virtual Result<std::size_t, FileError> read(std::uint64_t offset, std::span<char> into) const = 0;
  virtual std::uint64_t size() const = 0;  // when opened
};

class Files {
 public:
  virtual ~Files() = default;
  virtual Result<std::unique_ptr<WritableFile>, FileError> create(std::string const& path) = 0;  // new, 0600
  virtual Result<std::shared_ptr<ReadableFile const>, FileError> open(std::string const& path) = 0;
  virtual Result<std::vector<std::string>, FileError> list(std::string const& directory) = 0;  // names
  virtual Result<void, FileError> make_directories(std::string const& path) = 0;  // 0700; new ones synced
  virtual Result<void, FileError> rename(std::string const& from, std::string const& to) = 0;
  virtual Result<void, FileError> remove(std::string const& path) = 0;
  virtual Result<void, FileError> sync_directory(std::string const& path) = 0;
};

Files& real_files();

}  // namespace postern::store

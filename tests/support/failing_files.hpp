// Files that count their writes, syncs, renames and so on, and fail the one asked for; also a disk that fills
// up. What has been appended but not synced can be thrown away, as a power cut does.
#pragma once

#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "store/file.hpp"

namespace postern::tests {

class FailingFiles : public store::Files {
 public:
  explicit FailingFiles(store::Files& real) : real_(real) {}

  // The call number `call` (from 1) fails, and so do `more` behind it.
  void fail_at(std::uint64_t call, store::FileError error, std::uint64_t more = 0) {
    error_ = error;
    fail_from_ = call;
    fail_until_ = call + more;
  }
  std::uint64_t calls() const { return calls_; }

  // Cuts every file back to what had been synced.
  void lose_power() {
    std::lock_guard const lock(mutex_);
    for (auto const& [path, size] : synced_)
      [[maybe_unused]] auto const cut = ::truncate(path.c_str(), static_cast<off_t>(size));
  }

  Result<std::unique_ptr<store::WritableFile>, store::FileError> create(std::string const& path) override {
    if (fails()) return fail(error_);
    auto file = real_.create(path);
    if (!file) return file;
    return std::make_unique<Writable>(*this, path, std::move(*file));
  }
  Result<std::shared_ptr<store::ReadableFile const>, store::FileError> open(
      std::string const& path) override {
    return real_.open(path);
  }
  Result<std::vector<std::string>, store::FileError> list(std::string const& directory) override {
    return real_.list(directory);
  }
  Result<void, store::FileError> make_directories(std::string const& path) override {
    return real_.make_directories(path);
  }
  Result<void, store::FileError> rename(std::string const& from, std::string const& to) override {
    if (fails()) return fail(error_);
    return real_.rename(from, to);
  }
  Result<void, store::FileError> remove(std::string const& path) override {
    {
      std::lock_guard const lock(mutex_);
      synced_.erase(path);
    }
    return real_.remove(path);
  }
  Result<void, store::FileError> sync_directory(std::string const& path) override {
    if (fails()) return fail(error_);
    return real_.sync_directory(path);
  }

 private:
  class Writable : public store::WritableFile {
   public:
    Writable(FailingFiles& owner, std::string path, std::unique_ptr<store::WritableFile> file)
        : owner_(owner), path_(std::move(path)), file_(std::move(file)) {
      note_synced(0);
    }
    Result<void, store::FileError> append(std::span<std::string_view const> pieces) override {
      if (owner_.fails()) {  // half of it, as real disks do
        auto const half = pieces.subspan(0, pieces.size() / 2);
        for (auto piece : half) size_ += piece.size();
        static_cast<void>(file_->append(half));
        return fail(owner_.error_);
      }
      for (auto piece : pieces) size_ += piece.size();
      return file_->append(pieces);
    }
    Result<void, store::FileError> sync() override {
      if (owner_.fails()) return fail(owner_.error_);
      auto const synced = file_->sync();
      if (synced) note_synced(size_);
      return synced;
    }
    Result<void, store::FileError> truncate(std::uint64_t size) override {
      if (owner_.fails()) return fail(owner_.error_);
      size_ = size;
      return file_->truncate(size);
    }

   private:
    void note_synced(std::uint64_t size) {
      std::lock_guard const lock(owner_.mutex_);
      owner_.synced_[path_] = size;
    }
    FailingFiles& owner_;
    std::string path_;
    std::unique_ptr<store::WritableFile> file_;
    std::uint64_t size_ = 0;
  };

  bool fails() {
    auto const call = ++calls_;
    return call >= fail_from_ && call <= fail_until_;
  }

  store::Files& real_;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> fail_from_{0};
  std::atomic<std::uint64_t> fail_until_{0};
  store::FileError error_ = store::FileError::broken;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> synced_;
};

}  // namespace postern::tests

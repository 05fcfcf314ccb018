// Files on a disk whose faults are counted and chosen: every write, sync, truncation, creation, removal,
// rename and directory sync is one call, and the call asked for fails. Also a disk whose power goes: what was
// not synced vanishes, and so do the entries of directories that were not synced. What would survive is kept
// account of here; the real disk is not asked to sync, so that a test may cut the power a thousand times.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "store/file.hpp"

namespace postern::tests {

class FailingFiles : public store::Files {
 public:
  static constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();

  explicit FailingFiles(store::Files& real) : real_(real) {}

  // The call number `call` (from 1) fails, and so do `more` behind it.
  void fail_at(std::uint64_t call, store::FileError error, std::uint64_t more = 0) {
    error_ = error;
    fail_from_ = call;
    fail_until_ = more < for_ever - call ? call + more : for_ever;
  }
  void heal() {
    fail_from_ = 0;
    fail_until_ = 0;
  }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t failures() const { return failures_; }  // calls that failed so far
  // Whether a power cut would take nothing that was written to a file which is still open.
  bool all_synced() {
    std::lock_guard const lock(mutex_);
    return unsynced_.empty();
  }

  // Call it when nobody has a file open any more. Every file is cut back to what was synced. A file whose
  // entry no directory sync followed is gone, or is back under the name it had before. Of the removals that
  // no directory sync followed, the first is undone and the others hold: the worst order a disk may choose.
  void lose_power() {
    std::lock_guard const lock(mutex_);
    for (auto const& [path, size] : synced_)
      [[maybe_unused]] auto const cut = ::truncate(path.c_str(), static_cast<off_t>(size));
    for (auto const& path : new_entries_) std::filesystem::remove(path);
    for (auto const& [to, from] : renamed_) std::filesystem::rename(to, from);
    for (auto const& [directory, removed] : removed_)
      std::ofstream(removed.path, std::ios::binary) << removed.content;
    forget();
  }

  Result<std::unique_ptr<store::WritableFile>, store::FileError> create(std::string const& path) override {
    if (fails()) return fail(error_.load());
    auto file = real_.create(path);
    if (!file) return file;
    {
      std::lock_guard const lock(mutex_);
      new_entries_.insert(path);
      synced_[path] = 0;
    }
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
    if (fails()) return fail(error_.load());
    auto const renamed = real_.rename(from, to);
    if (!renamed) return renamed;
    std::lock_guard const lock(mutex_);
    if (auto const known = synced_.find(from); known != synced_.end()) {
      synced_[to] = known->second;
      synced_.erase(known);
    }
    if (new_entries_.erase(from) > 0)
      new_entries_.insert(to);
    else
      renamed_[to] = from;
    return renamed;
  }
  Result<void, store::FileError> remove(std::string const& path) override {
    if (fails()) return fail(error_.load());
    std::lock_guard const lock(mutex_);
    auto content = synced_content(path);
    auto const removed = real_.remove(path);
    if (!removed) return removed;
    synced_.erase(path);
    renamed_.erase(path);
    if (new_entries_.erase(path) == 0) removed_.try_emplace(parent(path), Removed{path, std::move(content)});
    return removed;
  }
  Result<void, store::FileError> sync_directory(std::string const& path) override {
    if (fails()) return fail(error_.load());
    std::lock_guard const lock(mutex_);
    std::erase_if(new_entries_, [&](std::string const& entry) { return parent(entry) == path; });
    std::erase_if(renamed_, [&](auto const& entry) { return parent(entry.first) == path; });
    removed_.erase(path);
    return {};
  }

 private:
  struct Removed {
    std::string path;
    std::string content;
  };

  class Writable : public store::WritableFile {
   public:
    Writable(FailingFiles& owner, std::string path, std::unique_ptr<store::WritableFile> file)
        : owner_(owner), path_(std::move(path)), file_(std::move(file)) {}
    ~Writable() override {
      std::lock_guard const lock(owner_.mutex_);
      owner_.unsynced_.erase(path_);
    }
    Writable(Writable const&) = delete;
    Writable& operator=(Writable const&) = delete;
    Result<void, store::FileError> append(std::span<std::string_view const> pieces) override {
      {
        std::lock_guard const lock(owner_.mutex_);
        owner_.unsynced_.insert(path_);
      }
      if (owner_.fails()) {  // half of it, as real disks do
        auto const half = pieces.subspan(0, pieces.size() / 2);
        for (auto piece : half) size_ += piece.size();
        static_cast<void>(file_->append(half));
        return fail(owner_.error_.load());
      }
      for (auto piece : pieces) size_ += piece.size();
      return file_->append(pieces);
    }
    Result<void, store::FileError> sync() override {
      if (owner_.fails()) return fail(owner_.error_.load());
      std::lock_guard const lock(owner_.mutex_);
      owner_.synced_[path_] = size_;
      owner_.unsynced_.erase(path_);
      return {};
    }
    Result<void, store::FileError> truncate(std::uint64_t size) override {
      if (owner_.fails()) return fail(owner_.error_.load());
      size_ = size;
      return file_->truncate(size);
    }

   private:
    FailingFiles& owner_;
    std::string path_;
    std::unique_ptr<store::WritableFile> file_;
    std::uint64_t size_ = 0;
  };

  static std::string parent(std::string const& path) { return path.substr(0, path.rfind('/')); }

  // What a power cut leaves of the file.
  std::string synced_content(std::string const& path) const {
    std::ifstream in(path, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (auto const known = synced_.find(path); known != synced_.end() && known->second < content.size())
      content.resize(known->second);
    return content;
  }

  void forget() {
    synced_.clear();
    new_entries_.clear();
    renamed_.clear();
    removed_.clear();
  }

  bool fails() {
    auto const call = ++calls_;
    bool const failing = call >= fail_from_ && call <= fail_until_;
    if (failing) ++failures_;
    return failing;
  }

  store::Files& real_;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> fail_from_{0};
  std::atomic<std::uint64_t> fail_until_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<store::FileError> error_{store::FileError::broken};
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> synced_;  // bytes of each file that would survive
  std::set<std::string> unsynced_;               // open files that were written to since
  std::set<std::string> new_entries_;            // files whose directory was not synced since
  std::map<std::string, std::string> renamed_;   // new name to old, likewise
  std::map<std::string, Removed> removed_;       // the first of each directory, likewise
};

}  // namespace postern::tests

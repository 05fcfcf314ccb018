// Appends records to the current segment and begins a new one when it is full or can be trusted no more.
// Whoever asked for the sync or the append that failed: there is one place where a segment is given up, and
// it tells the owner.
// Thread: the committer. Blocking.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/file.hpp"
#include "wire/segment_record.hpp"

namespace postern::store {

struct RecordToWrite {
  wire::RecordKind kind{};
  MessageId id;
  std::string payload;
  wire::ChunkPlace promised;  // where it will lie, as place_of_next() said: other records may name the place
};

class SegmentWriter {
 public:
  // `on_given_up`: this segment can be trusted no more. What was not synced may or may not be in it.
  using OnGivenUp = std::function<void(std::uint64_t number)>;

  SegmentWriter(Files& files, std::string directory, std::uint64_t segment_size, std::uint64_t next_number,
                OnGivenUp on_given_up);

  struct Opened {
    std::uint64_t number;
    std::uint64_t salt;
    std::string path;
  };
  // Makes sure that there is a segment with room. When that takes a new one, the old one is synced first and
  // `opened` is set.
  Result<void, FileError> make_room(std::optional<Opened>& opened);

  std::uint64_t number() const { return number_; }
  std::uint64_t size() const { return size_; }

  // Where the records will lie is known before they are written: records that name them can be in the same
  // batch.
  wire::ChunkPlace place_of_next(std::uint64_t behind, std::size_t payload) const;
  // All or nothing: after an error what was half written is cut off, or the segment is given up.
  Result<void, FileError> append(std::vector<RecordToWrite> const& records);
  Result<void, FileError> sync();
  // False after an error that makes the segment untrustworthy.
  bool is_open() const { return file_ != nullptr; }
  void give_up();  // the next make_room() begins a new one

 private:
  Result<void, FileError> open_next(std::optional<Opened>& opened);

  Files& files_;
  std::string directory_;
  std::uint64_t segment_size_;
  std::uint64_t next_number_;
  OnGivenUp on_given_up_;
  std::unique_ptr<WritableFile> file_;
  std::uint64_t number_ = 0;
  std::uint64_t salt_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace postern::store

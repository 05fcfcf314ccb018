// The records of one group commit, and where each will lie.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/segment_writer.hpp"

namespace postern::store {

class CommitBatch {
 public:
  explicit CommitBatch(SegmentWriter const& writer) : writer_(writer) {}

  wire::ChunkPlace add(wire::RecordKind kind, MessageId id, std::string payload) {
    auto const place = writer_.place_of_next(bytes_, payload.size());
    bytes_ += wire::record_header_size + payload.size();
    records_.push_back({.kind = kind, .id = id, .payload = std::move(payload), .promised = place});
    return place;
  }

  std::vector<RecordToWrite> const& records() const { return records_; }

 private:
  SegmentWriter const& writer_;
  std::vector<RecordToWrite> records_;
  std::uint64_t bytes_ = 0;
};

}  // namespace postern::store

#include "store/segment_writer.hpp"

#include <random>
#include <utility>

#include "base/assert.hpp"
#include "store/segment_name.hpp"

namespace postern::store {
namespace {

std::uint64_t random_salt() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

SegmentWriter::SegmentWriter(Files& files, std::string directory, std::uint64_t segment_size,
                             std::uint64_t next_number, OnGivenUp on_given_up)
    : files_(files),
      directory_(std::move(directory)),
      segment_size_(segment_size),
      next_number_(next_number),
      on_given_up_(std::move(on_given_up)) {}

Result<void, FileError> SegmentWriter::make_room(std::optional<Opened>& opened) {
  if (file_ && size_ < segment_size_) return {};
  if (file_) {  // all of a segment is safe before the next one begins
    if (auto const synced = sync(); !synced) return synced;
    file_.reset();
  }
  return open_next(opened);
}

Result<void, FileError> SegmentWriter::open_next(std::optional<Opened>& opened) {
  number_ = next_number_++;  // never tried twice: a file that was half made may be in the way
  salt_ = random_salt();
  std::string const path = directory_ + "/" + print(SegmentName{.number = number_});
  auto file = files_.create(path);
  if (!file) return fail(file.error());
  std::string const header = wire::encode(wire::SegmentHeader{number_, salt_});
  std::string_view const piece = header;
  auto written = (*file)->append({&piece, 1});
  if (written) written = (*file)->sync();
  if (written) written = files_.sync_directory(directory_);
  if (!written) {
    static_cast<void>(files_.remove(path));
    return written;
  }
  file_ = std::move(*file);
  size_ = wire::segment_header_size;
  opened = Opened{number_, salt_, path};
  return {};
}

wire::ChunkPlace SegmentWriter::place_of_next(std::uint64_t behind, std::size_t payload) const {
  return {number_, size_ + behind, static_cast<std::uint32_t>(payload)};
}

Result<void, FileError> SegmentWriter::append(std::vector<RecordToWrite> const& records) {
  std::vector<std::string> headers(records.size());
  std::vector<std::string_view> pieces;
  pieces.reserve(records.size() * 2);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto const& record = records[i];
    POSTERN_ASSERT_FATAL(record.promised == place_of_next(total, record.payload.size()));
    headers[i] = wire::encode_record_header(salt_, record.kind, record.id, record.payload);
    pieces.push_back(headers[i]);
    pieces.push_back(record.payload);
    total += headers[i].size() + record.payload.size();
  }
  auto written = file_->append(pieces);
  if (!written) {
    if (!file_->truncate(size_)) give_up();
    return written;
  }
  size_ += total;
  return {};
}

Result<void, FileError> SegmentWriter::sync() {
  if (!file_) return {};  // given up: what was acknowledged had been synced before
  auto synced = file_->sync();
  if (!synced) give_up();  // what the kernel has of it now cannot be known
  return synced;
}

void SegmentWriter::give_up() {
  if (!file_) return;
  file_.reset();
  on_given_up_(number_);
}

}  // namespace postern::store

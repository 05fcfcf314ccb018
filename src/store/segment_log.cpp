#include "store/segment_log.hpp"

#include <optional>
#include <utility>

namespace postern::store {

SegmentLog::SegmentLog(Files& files, SpoolSettings const& settings, std::uint64_t next_number,
                       Guarded<SpoolIndex>& index, Log& log, SegmentWriter::OnGivenUp on_given_up)
    : files_(files),
      directory_(settings.directory),
      writer_(files, settings.directory, settings.segment_size, next_number, std::move(on_given_up)),
      index_(index),
      log_(log) {}

Result<void, FileError> SegmentLog::make_room() {
  std::optional<SegmentWriter::Opened> opened;
  auto const room = writer_.make_room(opened);
  if (!room) note_failure(room.error());
  if (!room || !opened) return room;
  unsynced_ = false;  // the segment before was synced
  auto file = files_.open(opened->path);
  if (!file) {
    writer_.give_up();
    note_failure(file.error());
    return fail(file.error());
  }
  index_.access()->add_segment(
      opened->number,
      {.path = opened->path, .salt = opened->salt, .size = wire::segment_header_size, .file = *file});
  return {};
}

Result<void, FileError> SegmentLog::write(CommitBatch const& batch, bool sync) {
  Result<void, FileError> written;
  if (!batch.records().empty()) {
    written = writer_.append(batch.records());
    unsynced_ = true;
  }
  if (written && sync) written = writer_.sync();
  if (written && sync) unsynced_ = false;
  if (written)
    note_success();
  else
    note_failure(written.error());
  return written;
}

void SegmentLog::note_failure(FileError error) {
  if (!std::exchange(failing_, true))
    log_.write(LogEvent(Severity::error, "spool-failed")
                   .add("directory", directory_)
                   .add("reason", error == FileError::full ? "no space" : "I/O error"));
}

void SegmentLog::note_success() {
  if (std::exchange(failing_, false))
    log_.write(LogEvent(Severity::warning, "spool-works-again").add("directory", directory_));
}

// What was written for nobody in particular is synced when there is nothing else to do.
void SegmentLog::sync_rest() {
  if (!unsynced_) return;
  if (auto const synced = writer_.sync(); !synced) note_failure(synced.error());
  unsynced_ = false;
}

}  // namespace postern::store

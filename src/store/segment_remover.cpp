#include "store/segment_remover.hpp"

#include <utility>

#include "store/segment_name.hpp"

namespace postern::store {

void SegmentRemover::remove_dead(std::uint64_t current) {
  for (;;) {
    std::uint64_t number = 0;
    std::string path;
    bool damaged = false;
    {
      auto index = index_.access();
      auto const oldest = index->oldest_segment();
      if (!oldest || *oldest == current) return;
      auto const& info = index->segments().at(*oldest);
      if (info.live > 0) return;
      number = *oldest;
      path = info.path;
      damaged = info.damaged;
    }
    if (damaged) {
      set_aside(number);
      if (failing_) return;
      continue;
    }
    if (!note(remove(path).has_value(), path)) return;
    index_.access()->drop_segment(number);
  }
}

void SegmentRemover::set_aside(std::uint64_t number) {
  auto const path = index_.access()->segments().at(number).path;
  auto const aside = directory_ + "/" + print(SegmentName{.number = number, .set_aside = true});
  auto renamed = sync_earlier();
  if (renamed) renamed = files_.rename(path, aside);
  if (!note(renamed.has_value(), path)) return;
  unsynced_ = true;
  index_.access()->set_aside(number, aside);
  log_.write(LogEvent(Severity::error, "segment-set-aside").add("path", path).add("now", aside));
}

// Whether it is done. The log is told when that changes.
bool SegmentRemover::note(bool done, std::string const& path) {
  bool const failed_before = std::exchange(failing_, !done);
  if (!done && !failed_before)
    log_.write(LogEvent(Severity::warning, "segment-not-removed").add("path", path));
  return done;
}

// A power cut may undo a removal that the directory was not synced after. Were a younger segment gone for
// good by then, what it said of the older one's messages would be forgotten, and they would come back.
Result<void, FileError> SegmentRemover::sync_earlier() {
  if (!unsynced_) return {};
  auto const synced = files_.sync_directory(directory_);
  if (synced) unsynced_ = false;
  return synced;
}

Result<void, FileError> SegmentRemover::remove(std::string const& path) {
  if (auto const synced = sync_earlier(); !synced) return synced;
  auto const removed = files_.remove(path);
  if (!removed && removed.error() != FileError::missing) return removed;
  unsynced_ = true;
  return {};
}

}  // namespace postern::store

#include "store/segment_remover.hpp"

#include <utility>

namespace postern::store {

void SegmentRemover::remove_dead(std::uint64_t current) {
  for (;;) {
    std::uint64_t number = 0;
    std::string path;
    {
      auto index = index_.access();
      auto const& segments = index->segments();
      if (segments.empty()) return;
      auto const& [oldest, info] = *segments.begin();
      if (info.live > 0 || oldest == current) return;
      number = oldest;
      path = info.path;
    }
    auto const removed = remove(path);
    bool const failed_before = std::exchange(failing_, !removed);
    if (!removed && !failed_before)
      log_.write(LogEvent(Severity::warning, "segment-not-removed").add("path", path));
    if (!removed) return;
    index_.access()->drop_segment(number);
  }
}

// A power cut may undo a removal that the directory was not synced after. Were a younger segment gone for
// good by then, what it said of the older one's messages would be forgotten, and they would come back.
Result<void, FileError> SegmentRemover::remove(std::string const& path) {
  if (unsynced_)
    if (auto const synced = files_.sync_directory(directory_); !synced) return synced;
  unsynced_ = false;
  auto const removed = files_.remove(path);
  if (!removed && removed.error() != FileError::missing) return removed;
  unsynced_ = true;
  return {};
}

}  // namespace postern::store

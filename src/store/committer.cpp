#include "store/committer.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "store/segment_reader.hpp"

namespace postern::store {
namespace {

using wire::RecordKind;

constexpr std::chrono::milliseconds lazy_interval{100};  // how long what nobody waits for may wait
// When messages come from several clients at once, a commit waits so long for company: a sync costs the same
// for one as for many.
constexpr std::chrono::microseconds gathering_time{1500};
constexpr std::uint64_t copied_at_once = 1U << 20;  // bytes, so that compaction does not hold up commits

SpoolError spool_error(FileError error) {
  return error == FileError::full ? SpoolError::full : SpoolError::broken;
}

}  // namespace

Committer::Committer(Files& files, std::string directory, std::uint64_t segment_size,
                     std::uint64_t next_number, Guarded<SpoolIndex>& index, Log& log, Counters& counters)
    : files_(files),
      writer_(files, directory, segment_size, next_number),
      segment_size_(segment_size),
      directory_(std::move(directory)),
      index_(index),
      log_(log),
      counters_(counters) {
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() {
  waiting_.access()->stopping = true;
  wake_.notify_one();
  thread_.join();
}

void Committer::add(SpoolJob job) {
  bool const urgent = job.urgent;
  bool notify = false;
  {
    auto waiting = waiting_.access();
    waiting->jobs.push_back(std::move(job));
    notify = urgent && !std::exchange(waiting->urgent, waiting->urgent || urgent);
  }
  if (notify) wake_.notify_one();
}

void Committer::forget(MessageId id) { add({RecordKind::abandon, id, {}, {}, false, {}}); }

void Committer::run() {
  ::pthread_setname_np(::pthread_self(), "committer");
  bool stopping = false;
  while (!stopping) {
    std::deque<SpoolJob> jobs;
    {
      auto waiting = waiting_.access();
      auto const ready = [&] { return waiting->urgent || waiting->stopping; };
      if (!ready() && compacting_.empty()) wake_.wait_for(waiting.lock(), lazy_interval, ready);
      if (busy_) wake_.wait_for(waiting.lock(), gathering_time, [&] { return waiting->stopping; });
      jobs.swap(waiting->jobs);
      waiting->urgent = false;
      stopping = waiting->stopping;
    }
    bool const idle = jobs.empty();
    busy_ = std::count_if(jobs.begin(), jobs.end(), [](SpoolJob const& job) { return job.urgent; }) > 1;
    jobs.insert(jobs.begin(), std::make_move_iterator(late_.begin()), std::make_move_iterator(late_.end()));
    late_.clear();
    if (!jobs.empty()) commit(std::move(jobs));
    if (unsynced_ && (idle || stopping) && writer_.sync()) unsynced_ = false;
    free_segments();
    if (!stopping && (!compacting_.empty() || (idle && compaction_due()))) compact_some();
  }
}

// What was written before a sync failed may or may not be on disk, and no later sync will tell: a message
// that has a piece there cannot be accepted any more.
void Committer::refuse_spoilt(std::deque<SpoolJob>& jobs) {
  if (spoilt_.empty()) return;
  auto const doubtful = [this](SpoolJob& job) {
    if (job.kind != RecordKind::accept || !spoilt_.contains(job.id)) return false;
    job.done(fail(SpoolError::broken));
    return true;
  };
  jobs.erase(std::remove_if(jobs.begin(), jobs.end(), doubtful), jobs.end());
}

void Committer::commit(std::deque<SpoolJob> jobs) {
  refuse_spoilt(jobs);
  if (auto const room = make_room(); !room) return refuse(jobs, room.error(), false);
  CommitBatch batch(writer_);
  std::vector<std::pair<MessageId, wire::ChunkPlace>> pieces;
  std::vector<Accepted> accepted;
  std::vector<MessageId> abandoned;
  bool sync = false;
  for (auto& job : jobs) {
    sync = sync || (job.urgent && job.kind != RecordKind::chunk);
    switch (job.kind) {
      case RecordKind::chunk:
        pieces.emplace_back(job.id, batch.add(RecordKind::chunk, job.id, job.payload));
        break;
      case RecordKind::accept: {
        Accepted one{job.id, {}, {}, job.envelope};
        if (auto const open = open_.find(job.id); open != open_.end()) one.chunks = open->second;
        for (auto const& [id, place] : pieces)
          if (id == job.id) one.chunks.push_back(place);
        if (!job.payload.empty())
          one.chunks.push_back(batch.add(RecordKind::chunk, job.id, std::move(job.payload)));
        one.place = batch.add(RecordKind::accept, job.id, wire::encode_accept(one.chunks, job.envelope));
        accepted.push_back(std::move(one));
        break;
      }
      case RecordKind::abandon:
        abandoned.push_back(job.id);
        if (job.urgent || !job.payload.empty()) batch.add(RecordKind::abandon, job.id, {});
        break;
      case RecordKind::settle:
      case RecordKind::move:
      case RecordKind::hold: batch.add(job.kind, job.id, job.payload); break;
    }
  }
  if (auto const written = write(batch, false); !written) return refuse(jobs, written.error(), false);
  if (sync)
    if (auto const synced = writer_.sync(); !synced) return refuse(jobs, synced.error(), true);
  unsynced_ = !sync;
  counters_.add(Count::spool_commits);
  if (std::exchange(failing_, false))
    log_.write(LogEvent(Severity::warning, "spool-works-again").add("directory", directory_));

  std::vector<MessageId> ids;
  {
    auto index = index_.access();
    index->grow_segment(writer_.number(), writer_.size());
    for (auto const& [id, place] : pieces) {
      open_[id].push_back(place);
      index->pin(place);
    }
    for (auto& one : accepted) {
      if (auto const open = open_.find(one.id); open != open_.end()) {
        for (auto const& place : open->second) index->unpin(place);
        open_.erase(open);
      }
      ids.push_back(one.id);
      index->accept(one.id, std::move(one.chunks), one.place, std::move(one.envelope));
    }
    for (auto id : abandoned) {
      spoilt_.erase(id);
      auto const open = open_.find(id);
      if (open == open_.end()) continue;
      for (auto const& place : open->second) index->unpin(place);
      open_.erase(open);
    }
  }
  for (auto& job : jobs)
    if (job.done) job.done({});
  if (!ids.empty() && on_accepted_) on_accepted_(ids);
}

Result<void, FileError> Committer::write(CommitBatch const& batch, bool sync) {
  if (batch.records().empty()) return {};
  auto written = writer_.append(batch.records());
  return written && sync ? writer_.sync() : written;
}

Result<void, FileError> Committer::make_room() {
  std::optional<SegmentWriter::Opened> opened;
  auto const room = writer_.make_room(opened);
  if (!room || !opened) return room;
  auto file = files_.open(opened->path);
  if (!file) {
    writer_.give_up();
    return fail(file.error());
  }
  index_.access()->add_segment(opened->number,
                               {opened->path, opened->salt, wire::segment_header_size, 0, *file});
  return {};
}

void Committer::refuse(std::deque<SpoolJob>& jobs, FileError error, bool may_be_on_disk) {
  counters_.add(Count::spool_failures);
  if (!std::exchange(failing_, true))
    log_.write(LogEvent(Severity::error, "spool-failed")
                   .add("directory", directory_)
                   .add("reason", error == FileError::full ? "no space" : "I/O error"));
  if (!writer_.is_open())
    for (auto const& [id, pieces] : open_) spoilt_.insert(id);
  for (auto& job : jobs) {
    if (job.kind == RecordKind::accept && may_be_on_disk)
      late_.push_back({RecordKind::abandon, job.id, "1", {}, false, {}});
    if (!job.urgent) late_.push_back(job);
    if (job.done) job.done(fail(spool_error(error)));
  }
}

void Committer::free_segments() {
  for (;;) {  // from the oldest on: a segment may hold the settlements of messages in older ones
    std::uint64_t number = 0;
    std::string path;
    {
      auto index = index_.access();
      auto const& segments = index->segments();
      if (segments.empty() || segments.begin()->second.live > 0 ||
          segments.begin()->first == writer_.number())
        return;
      number = segments.begin()->first;
      path = segments.begin()->second.path;
      index->drop_segment(number);
    }
    if (!files_.remove(path))
      log_.write(LogEvent(Severity::warning, "segment-not-removed").add("path", path));
  }
}

bool Committer::compaction_due() {
  auto index = index_.access();
  auto const summary = index->summary();
  if (summary.segments < 2 || summary.bytes_on_disk < 2 * summary.bytes_live + 2 * segment_size_)
    return false;
  auto const oldest = index->segments().begin()->first;
  if (oldest == writer_.number() || oldest == compacting_segment_) return false;
  compacting_segment_ = oldest;
  compacting_ = index->messages_in(oldest);
  return !compacting_.empty();
}

void Committer::compact_some() {
  std::uint64_t const begin = writer_.size();
  while (!compacting_.empty() && writer_.size() - begin < copied_at_once) {
    MessageId const id = compacting_.back();
    compacting_.pop_back();
    std::uint64_t const segment = writer_.number();
    if (!copy_on(id)) {
      log_.write(LogEvent(Severity::error, "compaction-failed").add("id", id.print()));
      compacting_.clear();
    }
    if (writer_.number() != segment) break;
  }
}

bool Committer::copy_on(MessageId id) {
  SpoolEntry entry;
  std::vector<std::pair<std::shared_ptr<ReadableFile const>, std::uint64_t>> sources;
  {
    auto index = index_.access();
    auto const* found = index->find(id);
    if (found == nullptr) return true;  // settled in the meantime
    entry = *found;
    for (auto const& chunk : entry.chunks) {
      auto const& segment = index->segments().at(chunk.segment);
      sources.emplace_back(segment.file, segment.salt);
    }
  }
  if (!make_room()) return false;
  CommitBatch batch(writer_);
  std::vector<wire::ChunkPlace> chunks;
  for (std::size_t i = 0; i < entry.chunks.size(); ++i) {
    auto content = read_content(*sources[i].first, sources[i].second, id, entry.chunks[i]);
    if (!content) return false;
    chunks.push_back(batch.add(RecordKind::chunk, id, std::move(*content)));
  }
  auto const place = batch.add(RecordKind::accept, id, wire::encode_accept(chunks, entry.envelope));
  if (!write(batch, true)) return false;
  auto index = index_.access();
  index->grow_segment(writer_.number(), writer_.size());
  auto const* now = index->find(id);
  // Settled since: its settlement is written behind this copy, and holds for it.
  if (now != nullptr) index->accept(id, std::move(chunks), place, std::string(now->envelope));
  return true;
}

}  // namespace postern::store

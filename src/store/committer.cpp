// Group commit. A sync costs the same for one message as for a thousand, so that everything which waits goes
// to disk together. A commit has three steps:
//
//   lay out   Every job says which records it needs. Where a record will lie is known before it is written,
//             so that an accept can name content of the same batch.
//   write     One append and, when somebody needs it, one sync. All of it succeeds, or none counts.
//   publish   Only now does the index change, and only now is anybody answered. Hence the index is at every
//             moment what a recovery would read from the disk. Settlements alone are in it before: a crash
//             may forget them, and the message is delivered again.
//
// When writing fails, the jobs somebody waits for are answered with the reason and forgotten; the others are
// kept for the next commit. A segment whose sync failed is given up, because nobody knows what the kernel
// still has of it. Two things follow. A message on its way in that has a piece there is spoilt: it cannot be
// accepted, although its last piece may be written well. And a record that was refused may nevertheless be
// read by a recovery, so that the next commit contradicts it: with an abandon where an accept was refused,
// and by saying again how the message is where a hold, a removal or a move was.
#include "store/committer.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace postern::store {
namespace {

// When messages come from several clients at once, a commit waits so long for company.
constexpr std::chrono::microseconds gathering_time{1500};

SpoolError spool_error(FileError error) {
  return error == FileError::full ? SpoolError::full : SpoolError::broken;
}

bool is_accept(SpoolJob const& one) { return std::holds_alternative<job::Accept>(one.what); }

bool changes_a_message(SpoolJob const& one) {
  return std::holds_alternative<job::Hold>(one.what) || std::holds_alternative<job::Remove>(one.what) ||
         std::holds_alternative<job::Move>(one.what);
}

Result<void, SpoolError> if_known(bool known) {
  if (!known) return fail(SpoolError::missing);
  return {};
}

}  // namespace

Committer::Committer(Files& files, SpoolSettings settings, std::uint64_t next_number,
                     Guarded<SpoolIndex>& index, Log& log, Counters& counters)
    : settings_(std::move(settings)),
      index_(index),
      log_(log),
      counters_(counters),
      segments_(files, settings_, next_number, index, log,
                [this](std::uint64_t number) { spoil_messages_in(number); }),
      remover_(files, settings_.directory, index, log),
      compaction_(segments_, remover_, settings_, index, log) {
  thread_ = std::thread([this] { run(); });
}

Committer::~Committer() {
  waiting_.access()->stopping = true;
  wake_.notify_one();
  thread_.join();
}

void Committer::add(SpoolJob job) {
  bool const urgent = job.urgent();
  bool notify = false;
  {
    auto waiting = waiting_.access();
    waiting->jobs.push_back(std::move(job));
    notify = urgent && !std::exchange(waiting->urgent, waiting->urgent || urgent);
  }
  if (notify) wake_.notify_one();
}

void Committer::run() {
  ::pthread_setname_np(::pthread_self(), "committer");
  bool stopping = false;
  while (!stopping) {
    auto jobs = take_jobs(stopping);
    bool const idle = jobs.empty();
    busy_ = std::count_if(jobs.begin(), jobs.end(), [](SpoolJob const& one) { return one.urgent(); }) > 1;
    jobs.insert(jobs.begin(), std::make_move_iterator(late_.begin()), std::make_move_iterator(late_.end()));
    late_.clear();
    if (!jobs.empty()) commit(std::move(jobs));
    if (idle || stopping) segments_.sync_rest();
    remover_.remove_dead(segments_.writer().number());
    if (stopping) break;
    if (idle && !compaction_.under_way()) compaction_.begin_if_due();
    if (compaction_.under_way()) compaction_.copy_some();
  }
  write_last();
}

Committer::Jobs Committer::take_jobs(bool& stopping) {
  Jobs jobs;
  auto waiting = waiting_.access();
  auto const ready = [&] { return waiting->urgent || waiting->stopping; };
  if (!ready() && !compaction_.under_way()) wake_.wait_for(waiting.lock(), settings_.idle_interval, ready);
  if (busy_) wake_.wait_for(waiting.lock(), gathering_time, [&] { return waiting->stopping; });
  jobs.swap(waiting->jobs);
  waiting->urgent = false;
  stopping = waiting->stopping;
  return jobs;
}

void Committer::commit(Jobs jobs) {
  refuse_spoilt(jobs);
  if (auto const room = segments_.make_room(); !room) return refuse(jobs, room.error(), OnDisk::no);
  CommitBatch batch(segments_.writer());
  CommitLayout layout(batch, open_, index_);
  for (auto& one : jobs) layout.lay_out(one);
  bool const sync = std::any_of(jobs.begin(), jobs.end(),
                                [](SpoolJob const& one) { return one.durability == Durability::synced; });
  if (auto const written = segments_.write(batch, sync); !written)
    return refuse(jobs, written.error(), segments_.is_open() ? OnDisk::no : OnDisk::maybe);
  counters_.add(Count::spool_commits);
  publish(jobs);
}

void Committer::refuse_spoilt(Jobs& jobs) {
  if (spoilt_.empty()) return;
  auto const refused = [this](SpoolJob& one) {
    if (!is_accept(one) || !spoilt_.contains(one.id)) return false;
    if (one.done) one.done(fail(SpoolError::broken));
    return true;
  };
  jobs.erase(std::remove_if(jobs.begin(), jobs.end(), refused), jobs.end());
}

void Committer::publish(Jobs& jobs) {
  std::vector<std::pair<Spool::Done, Outcome>> answers;
  std::vector<MessageId> accepted;
  {
    auto index = index_.access();
    index->grow_segment(segments_.writer().number(), segments_.writer().size());
    for (auto& one : jobs) {
      auto const outcome = std::visit([&](auto& what) { return publish(*index, one.id, what); }, one.what);
      if (is_accept(one)) accepted.push_back(one.id);
      if (one.done) answers.emplace_back(std::move(one.done), outcome);
    }
  }
  for (auto const& [done, outcome] : answers) done(outcome);
  if (!accepted.empty() && on_accepted_) on_accepted_(accepted);
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Chunk& chunk) {
  open_[id].push_back({.message = id, .place = chunk.place});
  index.pin(id, chunk.place);
  return {};
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Accept& accept) {
  close(index, id);
  index.accept(id, std::move(accept.chunks), accept.place, std::move(accept.envelope));
  return {};
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Abandon const&) {
  spoilt_.erase(id);
  close(index, id);
  return {};
}

Committer::Outcome Committer::publish(SpoolIndex&, MessageId, job::Settle const&) { return {}; }

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Hold const& hold) {
  return if_known(index.hold(id, hold.held));
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Remove const&) {
  return if_known(index.remove(id));
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Move const& move) {
  return if_known(index.move(id, move.route));
}

Committer::Outcome Committer::publish(SpoolIndex& index, MessageId id, job::Restate& restate) {
  if (!restate.place) return {};
  if (index.relocate(id, std::move(restate.chunks), *restate.place)) return {};
  // It went while the record was on its way, so that the record has to be taken back.
  late_.push_back(
      {.id = id, .what = job::Abandon{.accept_may_be_on_disk = true}, .durability = Durability::synced});
  return {};
}

Committer::Outcome Committer::publish(SpoolIndex&, MessageId, job::Sync const&) { return {}; }

// The message is no longer on its way in.
void Committer::close(SpoolIndex& index, MessageId id) {
  index.unpin(id);
  open_.erase(id);
}

void Committer::refuse(Jobs& jobs, FileError error, OnDisk on_disk) {
  counters_.add(Count::spool_failures);
  for (auto& one : jobs) {
    if (on_disk == OnDisk::maybe) contradict(one);
    if (std::holds_alternative<job::Chunk>(one.what)) spoilt_.insert(one.id);
    if (one.on_failure == OnFailure::keep)
      late_.push_back(std::move(one));
    else if (one.done)
      one.done(fail(spool_error(error)));
  }
}

void Committer::contradict(SpoolJob const& one) {
  if (one.on_failure == OnFailure::keep) return;  // it will be written again
  if (is_accept(one))
    late_.push_back({.id = one.id,
                     .what = job::Abandon{.accept_may_be_on_disk = true},
                     .durability = Durability::synced});
  else if (changes_a_message(one))
    late_.push_back({.id = one.id, .what = job::Restate{}, .durability = Durability::synced});
}

void Committer::spoil_messages_in(std::uint64_t segment) {
  for (auto const& [id, pieces] : open_)
    if (std::any_of(pieces.begin(), pieces.end(),
                    [segment](Piece const& piece) { return piece.place.segment == segment; }))
      spoilt_.insert(id);
}

// At the end, what could not be written is tried once more; what is lost then is said.
void Committer::write_last() {
  if (late_.empty()) return;
  commit(std::exchange(late_, {}));
  segments_.sync_rest();
  if (!late_.empty())
    log_.write(LogEvent(Severity::error, "spool-records-lost")
                   .add("directory", settings_.directory)
                   .add("records", late_.size()));
}

}  // namespace postern::store

#include "store/segment_spool.hpp"

#include "base/id_source.hpp"
#include "net/wall_clock.hpp"
#include "store/committer.hpp"
#include "store/segment_reader.hpp"

namespace postern::store {

using wire::RecordKind;

class SegmentSpool::Impl {
 public:
  Impl(SpoolSettings settings, Files& files, Log& log, Counters& counters, SpoolIndex recovered,
       Recovery recovery)
      : recovery_(std::move(recovery)),
        index_(std::move(recovered)),
        committer_(files, settings.directory, settings.segment_size, recovery_.next_number, index_, log,
                   counters) {
    ids_.seen(recovery_.greatest_id);
  }

  Recovery recovery_;
  IdSource ids_;
  mutable Guarded<SpoolIndex> index_;
  Committer committer_;
};

SegmentSpool::SegmentSpool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SegmentSpool::~SegmentSpool() = default;

Result<std::unique_ptr<SegmentSpool>, std::string> SegmentSpool::open(SpoolSettings settings, Files& files,
                                                                      Log& log, Counters& counters) {
  if (!files.make_directories(settings.directory)) return fail(settings.directory + ": cannot be made");
  SpoolIndex index;
  auto recovery = recover(files, settings.directory, index);
  if (!recovery) return fail(settings.directory + ": cannot be read");
  return std::unique_ptr<SegmentSpool>(new SegmentSpool(std::make_unique<Impl>(
      std::move(settings), files, log, counters, std::move(index), std::move(*recovery))));
}

MessageId SegmentSpool::next_id() { return {impl_->ids_.next(net::wall_clock())}; }

void SegmentSpool::add_chunk(MessageId id, std::string bytes, Done done) {
  impl_->committer_.add({RecordKind::chunk, id, std::move(bytes), {}, true, std::move(done)});
}

void SegmentSpool::accept(MessageId id, std::string last_chunk, wire::Envelope const& envelope, Done done) {
  impl_->committer_.add(
      {RecordKind::accept, id, std::move(last_chunk), wire::encode(envelope), true, std::move(done)});
}

void SegmentSpool::abandon(MessageId id) { impl_->committer_.forget(id); }

void SegmentSpool::settle(MessageId id, std::vector<wire::Settlement> settlements) {
  if (!impl_->index_.access()->settle(id, settlements)) return;
  impl_->committer_.add({RecordKind::settle, id, wire::encode(settlements), {}, false, {}});
}

bool SegmentSpool::hold(MessageId id, bool held) {
  if (!impl_->index_.access()->hold(id, held)) return false;
  impl_->committer_.add({RecordKind::hold, id, held ? "1" : "0", {}, true, {}});
  return true;
}

bool SegmentSpool::remove(MessageId id) {
  if (!impl_->index_.access()->remove(id)) return false;
  impl_->committer_.add({RecordKind::abandon, id, {}, {}, true, {}});
  return true;
}

bool SegmentSpool::move(MessageId id, std::string route) {
  if (!impl_->index_.access()->move(id, route)) return false;
  impl_->committer_.add({RecordKind::move, id, std::move(route), {}, true, {}});
  return true;
}

std::optional<wire::Envelope> SegmentSpool::envelope(MessageId id) const {
  return impl_->index_.access()->envelope(id);
}

std::vector<MessageId> SegmentSpool::list(MessageId after, std::size_t limit) const {
  return impl_->index_.access()->list(after, limit);
}

Result<std::optional<std::string>, SpoolError> SegmentSpool::read_chunk(MessageId id,
                                                                        std::size_t number) const {
  std::shared_ptr<ReadableFile const> file;
  std::uint64_t salt = 0;
  wire::ChunkPlace place;
  {
    auto index = impl_->index_.access();
    auto const* entry = index->find(id);
    if (entry == nullptr) return fail(SpoolError::broken);
    if (number >= entry->chunks.size()) return std::optional<std::string>();
    place = entry->chunks[number];
    auto const& segment = index->segments().at(place.segment);
    file = segment.file;
    salt = segment.salt;
  }
  auto content = read_content(*file, salt, id, place);
  if (!content) return fail(SpoolError::broken);
  return std::optional(std::move(*content));
}

SpoolSummary SegmentSpool::summary() const { return impl_->index_.access()->summary(); }

void SegmentSpool::on_accepted(OnAccepted callback) { impl_->committer_.on_accepted(std::move(callback)); }

Recovery const& SegmentSpool::recovery() const { return impl_->recovery_; }

}  // namespace postern::store

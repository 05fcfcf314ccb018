#include "store/segment_spool.hpp"

#include "base/id_source.hpp"
#include "net/wall_clock.hpp"
#include "store/committer.hpp"
#include "store/segment_reader.hpp"

namespace postern::store {

namespace {

// One piece that the index names, and what is needed to read it.
struct NamedPiece {
  std::shared_ptr<ReadableFile const> file;
  std::uint64_t salt = 0;
  wire::ChunkPlace place;
};

NamedPiece named_piece(SpoolIndex const& index, wire::ChunkPlace const& place) {
  auto const& segment = index.segments().at(place.segment);
  return {.file = segment.file, .salt = segment.salt, .place = place};
}

}  // namespace

class SegmentSpool::Impl {
 public:
  Impl(SpoolSettings settings, Files& files, Log& log, Counters& counters, SpoolIndex recovered,
       Recovery recovery)
      : recovery_(std::move(recovery)),
        index_(std::move(recovered)),
        committer_(files, std::move(settings), recovery_.next_number, index_, log, counters) {
    ids_.seen(recovery_.greatest_id);
  }

  // What the postmaster asks for is safe before it is answered; when nobody waits, it is not lost either.
  void ask(MessageId id, SpoolJob::What what, Done done) {
    auto const on_failure = done ? OnFailure::tell : OnFailure::keep;
    committer_.add({.id = id,
                    .what = std::move(what),
                    .durability = Durability::synced,
                    .on_failure = on_failure,
                    .done = std::move(done)});
  }

  Result<std::optional<std::string>, SpoolError> read(MessageId id, NamedPiece const& piece) const {
    auto content = read_content(*piece.file, piece.salt, id, piece.place);
    if (content) return std::optional(std::move(*content));
    index_.access()->mark_damaged(piece.place.segment);
    return fail(SpoolError::broken);
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
  if (!recovery) return fail(recovery.error());
  return std::unique_ptr<SegmentSpool>(new SegmentSpool(std::make_unique<Impl>(
      std::move(settings), files, log, counters, std::move(index), std::move(*recovery))));
}

MessageId SegmentSpool::next_id() { return {impl_->ids_.next(net::wall_clock())}; }

void SegmentSpool::add_chunk(MessageId id, std::string bytes, Done done) {
  impl_->committer_.add({.id = id,
                         .what = job::Chunk{.content = std::move(bytes)},
                         .durability = Durability::written,
                         .on_failure = OnFailure::tell,
                         .done = std::move(done)});
}

void SegmentSpool::accept(MessageId id, std::string last_chunk, wire::Envelope const& envelope, Done done) {
  impl_->committer_.add(
      {.id = id,
       .what = job::Accept{.last_chunk = std::move(last_chunk), .envelope = wire::EncodedEnvelope(envelope)},
       .durability = Durability::synced,
       .on_failure = OnFailure::tell,
       .done = std::move(done)});
}

void SegmentSpool::abandon(MessageId id) { impl_->committer_.add({.id = id, .what = job::Abandon{}}); }

void SegmentSpool::settle(MessageId id, std::vector<wire::Settlement> settlements) {
  if (!impl_->index_.access()->settle(id, settlements)) return;
  impl_->committer_.add({.id = id, .what = job::Settle{.settlements = wire::encode(settlements)}});
}

void SegmentSpool::hold(MessageId id, bool held, Done done) {
  impl_->ask(id, job::Hold{.held = held}, std::move(done));
}

void SegmentSpool::remove(MessageId id, Done done) { impl_->ask(id, job::Remove{}, std::move(done)); }

void SegmentSpool::move(MessageId id, std::string route, Done done) {
  impl_->ask(id, job::Move{.route = std::move(route)}, std::move(done));
}

std::optional<wire::Envelope> SegmentSpool::envelope(MessageId id) const {
  return impl_->index_.access()->envelope(id);
}

std::optional<wire::Envelope> SegmentSpool::envelope_for(MessageId id,
                                                         std::vector<std::uint32_t> const& recipients) const {
  return impl_->index_.access()->envelope_for(id, recipients);
}

std::vector<MessageId> SegmentSpool::list(MessageId after, std::size_t limit) const {
  return impl_->index_.access()->list(after, limit);
}

Result<std::optional<std::string>, SpoolError> SegmentSpool::read_chunk(MessageId id,
                                                                        std::size_t number) const {
  NamedPiece piece;
  {
    auto index = impl_->index_.access();
    auto const* entry = index->find(id);
    if (entry == nullptr) return fail(SpoolError::broken);
    if (number >= entry->chunks.size()) return std::optional<std::string>();
    piece = named_piece(*index, entry->chunks[number]);
  }
  return impl_->read(id, piece);
}

Result<std::optional<std::string>, SpoolError> SegmentSpool::read_incoming(MessageId id,
                                                                           std::size_t number) const {
  NamedPiece piece;
  {
    auto index = impl_->index_.access();
    auto const* chunks = index->incoming(id);
    if (chunks == nullptr || number >= chunks->size()) return std::optional<std::string>();
    piece = named_piece(*index, (*chunks)[number]);
  }
  return impl_->read(id, piece);
}

void SegmentSpool::sync(Done done) {
  impl_->committer_.add({.id = {},
                         .what = job::Sync{},
                         .durability = Durability::synced,
                         .on_failure = OnFailure::tell,
                         .done = std::move(done)});
}

SpoolSummary SegmentSpool::summary() const { return impl_->index_.access()->summary(); }

void SegmentSpool::on_accepted(OnAccepted callback) { impl_->committer_.on_accepted(std::move(callback)); }

Recovery const& SegmentSpool::recovery() const { return impl_->recovery_; }

}  // namespace postern::store

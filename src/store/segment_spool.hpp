// The spool on segment files (docs/spool.md): what arrives is queued for one committer thread, which writes
// all that waits with one append and one sync. Threads: any; the index is guarded, the disk belongs to the
// committer.
#pragma once

#include <memory>
#include <string>

#include "base/counters.hpp"
#include "base/log.hpp"
#include "store/file.hpp"
#include "store/recovery.hpp"
#include "store/spool.hpp"
#include "store/spool_settings.hpp"

namespace postern::store {

class SegmentSpool : public Spool {
 public:
  // Recovers what is there and starts the committer. `log`, `counters` and `files` outlive it.
  static Result<std::unique_ptr<SegmentSpool>, std::string> open(SpoolSettings settings, Files& files,
                                                                 Log& log, Counters& counters);
  ~SegmentSpool() override;  // writes and syncs what waits

  MessageId next_id() override;
  void add_chunk(MessageId id, std::string bytes, Done done) override;
  void accept(MessageId id, std::string last_chunk, wire::Envelope const& envelope, Done done) override;
  Result<std::optional<std::string>, SpoolError> read_incoming(MessageId id,
                                                               std::size_t index) const override;
  void abandon(MessageId id) override;
  void settle(MessageId id, std::vector<wire::Settlement> settlements) override;
  void hold(MessageId id, bool held, Done done) override;
  void remove(MessageId id, Done done) override;
  void move(MessageId id, std::string route, Done done) override;
  std::optional<wire::Envelope> envelope(MessageId id) const override;
  std::optional<wire::Envelope> envelope_for(MessageId id,
                                             std::vector<std::uint32_t> const& recipients) const override;
  std::vector<MessageId> list(MessageId after, std::size_t limit) const override;
  Result<std::optional<std::string>, SpoolError> read_chunk(MessageId id, std::size_t index) const override;
  SpoolSummary summary() const override;
  void on_accepted(OnAccepted callback) override;

  // Done: whatever was asked for before is safe on disk.
  void sync(Done done);

  Recovery const& recovery() const;

 private:
  class Impl;
  explicit SegmentSpool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace postern::store

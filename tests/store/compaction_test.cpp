// Compaction when the disk fails, and what settling costs.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "store/salvage.hpp"
#include "store/segment_spool.hpp"
#include "store/spool_answer.hpp"
#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

// A disk whose reads of the content of one segment fail for as long as the test says.
class UnreadableFiles : public tests::FailingFiles {
 public:
  explicit UnreadableFiles(std::string name) : FailingFiles(real_files()), name_(std::move(name)) {}

  void read_again() { failing_ = false; }
  std::uint64_t failed_reads() const { return failed_reads_; }

  Result<std::shared_ptr<ReadableFile const>, FileError> open(std::string const& path) override {
    auto file = FailingFiles::open(path);
    if (!file || path.find(name_) == std::string::npos) return file;
    return std::make_shared<Unreadable const>(*this, *file);
  }

 private:
  class Unreadable : public ReadableFile {
   public:
    Unreadable(UnreadableFiles& owner, std::shared_ptr<ReadableFile const> file)
        : owner_(owner), file_(std::move(file)) {}
    Result<std::size_t, FileError> read(std::uint64_t offset, std::span<char> into) const override {
      if (!owner_.failing_) return file_->read(offset, into);
      ++owner_.failed_reads_;
      return fail(FileError::broken);
    }
    std::uint64_t size() const override { return file_->size(); }

   private:
    UnreadableFiles& owner_;
    std::shared_ptr<ReadableFile const> file_;
  };

  std::string name_;
  std::atomic<bool> failing_{true};
  std::atomic<std::uint64_t> failed_reads_{0};
};

class CompactionTest : public testing::Test {
 protected:
  std::unique_ptr<SegmentSpool> open_on(Files& files) {
    auto spool = SegmentSpool::open({.directory = place.path("spool"),
                                     .segment_size = 16U << 10,
                                     .idle_interval = std::chrono::milliseconds(1),
                                     .compaction_pause = std::chrono::milliseconds(1)},
                                    files, place.log, place.counters);
    EXPECT_TRUE(spool);
    return std::move(*spool);
  }

  static MessageId accept_for(SegmentSpool& spool, std::string const& content, std::size_t recipients = 1) {
    wire::Envelope envelope;
    envelope.reverse_path = tests::address("s@far.example");
    envelope.arrived = from_micros(1000);
    for (std::size_t i = 0; i < recipients; ++i)
      envelope.recipients.push_back({.address = tests::address("r" + std::to_string(i) + "@d.example")});
    auto const id = spool.next_id();
    EXPECT_TRUE(answer_of([&](auto done) { spool.accept(id, content, envelope, done); }));
    return id;
  }

  static wire::Settlement delivered_to(std::uint32_t recipient) {
    return {recipient, wire::RecipientState::delivered, 1, {}, "250"};
  }

  // Mail that comes and goes, enough for a compaction.
  static void pass_mail(SegmentSpool& spool) {
    for (int i = 0; i < 8; ++i) spool.settle(accept_for(spool, std::string(20'000, 'm')), {delivered_to(0)});
  }

  static bool wait_for_segments(SegmentSpool& spool, std::uint64_t most) {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (spool.summary().segments > most && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return spool.summary().segments <= most;
  }

  static std::string content_in(SegmentSpool const& spool, MessageId id) {
    auto const piece = spool.read_chunk(id, 0);
    return piece && *piece ? **piece : "unreadable";
  }

  tests::Workplace place;
};

TEST_F(CompactionTest, IsTriedAgainAfterReadsFailedForAMoment) {
  UnreadableFiles files("0000000000000001.segment");
  auto const spool = open_on(files);
  auto const waits = accept_for(*spool, "it waits");
  pass_mail(*spool);
  while (files.failed_reads() < 2) std::this_thread::yield();
  EXPECT_TRUE(place.log.mentions("compaction-failed"));
  files.read_again();
  EXPECT_TRUE(wait_for_segments(*spool, 2));
  EXPECT_EQ(content_in(*spool, waits), "it waits");
}

TEST_F(CompactionTest, IsTriedAgainAfterWritesFailed) {
  tests::FailingFiles files(real_files());
  auto spool = open_on(files);
  auto const waits = accept_for(*spool, "it waits");
  pass_mail(*spool);
  files.fail_at(files.calls() + 1, FileError::full, 5);
  while (files.failures() < 6 && spool->summary().segments > 2) std::this_thread::yield();
  files.heal();
  pass_mail(*spool);
  EXPECT_TRUE(wait_for_segments(*spool, 2));
  EXPECT_EQ(content_in(*spool, waits), "it waits");
}

// The message stays in the queue until it can be read, or is given up; meanwhile the spool does not grow by
// all mail that passes.
TEST_F(CompactionTest, LeavesBehindWhatItCannotReadAtAll) {
  UnreadableFiles files("0000000000000001.segment");
  auto spool = open_on(files);
  auto const waits = accept_for(*spool, "it waits");
  pass_mail(*spool);
  EXPECT_TRUE(wait_for_segments(*spool, 2));
  EXPECT_TRUE(place.log.mentions("segment-set-aside"));
  EXPECT_EQ(content_in(*spool, waits), "unreadable");
  ASSERT_TRUE(spool->envelope(waits));
  spool.reset();
  EXPECT_EQ(set_aside_files(real_files(), place.path("spool")).size(), 1U);
  spool = open_on(real_files());
  ASSERT_TRUE(spool->envelope(waits)) << "its envelope was written anew";
  EXPECT_EQ(content_in(*spool, waits), "it waits") << "the disk has recovered";
  EXPECT_EQ(spool->summary().messages, 1U);
}

// RFC 5321 section 4.5.3.1.8 lets a message have thousands of recipients.
TEST_F(CompactionTest, SettlingCostsWhatItSettlesHoweverManyRecipientsThereAre) {
  auto const spool = open_on(real_files());
  constexpr std::uint32_t many = 3000;
  auto const id = accept_for(*spool, "x", many);
  auto const before = wire::recipients_coded();
  for (std::uint32_t i = 0; i < many; ++i) {
    ASSERT_TRUE(spool->envelope_for(id, {i}));
    spool->settle(id, {delivered_to(i)});
  }
  EXPECT_LE(wire::recipients_coded() - before, 4U * many);
  EXPECT_FALSE(spool->envelope(id));
}

}  // namespace
}  // namespace postern::store

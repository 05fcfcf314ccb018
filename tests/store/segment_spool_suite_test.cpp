// The spool on segment files goes through the suite that every Spool goes through.
#include <filesystem>
#include <thread>

#include "store/segment_spool.hpp"
#include "store/spool_suite.hpp"
#include "support/failing_files.hpp"
#include "support/workplace.hpp"

namespace postern::tests {
namespace {

class SegmentRig : public SpoolRig {
 public:
  void start_over() override {
    std::filesystem::remove_all(directory_);
    files_ = std::make_unique<FailingFiles>(store::real_files());
  }

  std::unique_ptr<store::Spool> open() override {
    auto spool = store::SegmentSpool::open({.directory = directory_,
                                            .segment_size = 16U << 10,
                                            .idle_interval = std::chrono::milliseconds(1),
                                            .compaction_pause = std::chrono::milliseconds(1)},
                                           *files_, place_.log, place_.counters);
    if (!spool) return nullptr;
    return std::move(*spool);
  }

  // The dead messages' segments are unlinked, after the living ones have been copied out of them.
  bool wait_until_tidy(store::Spool& spool) override {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (spool.summary().segments > 2) {
      if (files_->failures() > 0 || std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  // A fault ends the wait, too: the file is given up.
  void wait_until_idle(store::Spool&) override {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!files_->all_synced() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_TRUE(files_->all_synced());
  }

  void lose_power() override { files_->lose_power(); }
  void fail_at(std::uint64_t call, store::SpoolError error, std::uint64_t more) override {
    auto const full = error == store::SpoolError::full;
    files_->fail_at(call, full ? store::FileError::full : store::FileError::broken, more);
  }
  void fail_for_ever_at(std::uint64_t call) override {
    files_->fail_at(call, store::FileError::broken, FailingFiles::for_ever);
  }
  void heal() override { files_->heal(); }
  std::uint64_t calls() const override { return files_->calls(); }
  std::uint64_t failures() const override { return files_->failures(); }

 private:
  Workplace place_;
  std::string directory_ = place_.path("spool");
  std::unique_ptr<FailingFiles> files_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(SegmentSpool, SpoolSuite, SegmentRig);

}  // namespace
}  // namespace postern::tests

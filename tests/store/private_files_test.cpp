// Who wrote to whom can be read by nobody but the owner of the data directory.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "store/evidence.hpp"
#include "store/memory_table.hpp"
#include "store/report_log.hpp"
#include "store/segment_spool.hpp"
#include "store/sts_cache.hpp"
#include "support/workplace.hpp"

namespace postern::store {
namespace {

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(Umask const&) = delete;
  Umask& operator=(Umask const&) = delete;

 private:
  mode_t before_;
};

mode_t mode_of(std::filesystem::path const& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 0777U : 0777U;
}

// The number of files below the directory, each of which must be private.
std::size_t expect_private(tests::Workplace const& place) {
  std::size_t files = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(place.path())) {
    EXPECT_EQ(mode_of(entry.path()) & 077U, 0U) << entry.path();
    if (entry.is_regular_file()) ++files;
  }
  return files;
}

TEST(PrivateFiles, AreMadeWhateverTheUmask) {
  for (mode_t const mask : {mode_t{0}, mode_t{022}, mode_t{077}}) {
    Umask const during(mask);
    tests::Workplace place;
    auto const spool =
        SegmentSpool::open({place.path("spool"), 1U << 20}, real_files(), place.log, place.counters);
    ASSERT_TRUE(spool);
    auto const evidence = Evidence::open({.file = place.path("facts.db")}, place.log, place.counters);
    ASSERT_TRUE(evidence);
    auto const cache = StsCache::open(place.path("mta-sts.db"), place.log);
    ASSERT_TRUE(cache);
    (*cache)->keep({"a.example", "1", from_micros(1), {}});
    auto const log = ReportLog::open(place.path("tls-reports.db"), place.log);
    ASSERT_TRUE(log);
    (*log)->keep("2999-01-01", "a.example");
    EXPECT_GE(expect_private(place), 7U) << "three databases with what SQLite puts beside them";
  }
}

TEST(PrivateFiles, BecomePrivateWhenAnOlderVersionMadeThem) {
  tests::Workplace place;
  auto const file = place.path("tls-reports.db");
  {
    auto const log = ReportLog::open(file, place.log);
    ASSERT_TRUE(log);
  }
  for (auto const* ending : {"", "-wal", "-shm"}) {
    std::ofstream(file + ending, std::ios::app).close();
    ASSERT_EQ(::chmod((file + ending).c_str(), 0644), 0);
  }
  auto const log = ReportLog::open(file, place.log);
  ASSERT_TRUE(log);
  (*log)->keep("2999-01-01", "a.example");
  expect_private(place);
}

}  // namespace
}  // namespace postern::store

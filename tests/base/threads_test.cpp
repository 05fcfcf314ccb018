// What several threads may use at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/counters.hpp"
#include "base/guarded.hpp"
#include "base/id_source.hpp"

namespace postern {
namespace {

constexpr int threads = 4;
constexpr int times = 2000;

template <class Work>
void on_each_thread(Work work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(work);
  for (auto& thread : running) thread.join();
}

TEST(Guarded, LosesNothingThatThreadsDoAtOnce) {
  Guarded<std::vector<int>> numbers;
  on_each_thread([&] {
    for (int i = 0; i < times; ++i) numbers.access()->push_back(i);
  });
  EXPECT_EQ(numbers.access()->size(), static_cast<std::size_t>(threads * times));
}

TEST(IdSource, GivesEachThreadItsOwnIdsAndLetsThemGrow) {
  IdSource source;
  Guarded<std::vector<std::uint64_t>> all;
  on_each_thread([&] {
    std::vector<std::uint64_t> mine;
    for (int i = 0; i < times; ++i) mine.push_back(source.next(from_micros(i % 7)));
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    auto shared = all.access();
    shared->insert(shared->end(), mine.begin(), mine.end());
  });
  auto ids = *all.access();
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), static_cast<std::size_t>(threads * times));
}

TEST(Counters, CountWhatEveryThreadAdds) {
  Counters counters;
  on_each_thread([&] {
    for (int i = 0; i < times; ++i) counters.add(Count::delivered);
  });
  EXPECT_EQ(counters.get(Count::delivered), static_cast<std::uint64_t>(threads * times));
  EXPECT_EQ(counters.get(Count::bounced), 0U);
}

TEST(Counters, HaveEachANameOfTheirOwnAndAHelp) {
  std::vector<std::string_view> names;
  for (int i = 0; i < static_cast<int>(Count::last_); ++i) {
    auto const named = name_of(static_cast<Count>(i));
    EXPECT_TRUE(named.name.starts_with("postern_")) << i;
    EXPECT_FALSE(named.help.empty()) << named.name;
    names.push_back(named.name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace postern

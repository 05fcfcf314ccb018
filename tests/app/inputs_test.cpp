// What is found on disk to be read.
#include "app/inputs/inputs.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "app/inputs/batch_budget.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

TEST(Inputs, InADirectoryOnlyRegularFilesAreTaken) {
  tests::Workplace const place;
  std::vector<std::string> problems;
  std::filesystem::create_directories(place.path("logs/inner"));
  std::ofstream(place.path("logs/inner/mail.log")) << "text";
  auto const fifo = place.path("logs/fifo");
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  auto const found = find_inputs({place.path("logs")}, problems);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, place.path("logs/inner/mail.log"));
  EXPECT_TRUE(problems.empty());
  auto const named = find_inputs({fifo}, problems);
  ASSERT_EQ(named.size(), 1U) << "whoever names it means it";
  EXPECT_EQ(named[0].path, fifo);
}

TEST(Inputs, ADirectoryWithoutAFileToReadIsNamed) {
  tests::Workplace const place;
  std::vector<std::string> problems;
  auto const path = place.path("empty");
  std::filesystem::create_directories(path);
  EXPECT_TRUE(find_inputs({path}, problems).empty());
  EXPECT_EQ(problems, std::vector<std::string>{path + ": it holds no file that can be read"});
}

TEST(BatchBudget, GivesNoMoreThanItHas) {
  BatchBudget budget(1);
  EXPECT_TRUE(budget.take());
  EXPECT_FALSE(budget.take());
  budget.give_back();
  EXPECT_TRUE(budget.take());
}

}  // namespace
}  // namespace postern::app

#include "delivery/maildir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/one_message.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using tests::address;
using tests::attempt_for;
using tests::example_policy;
using tests::OneMessage;

std::vector<std::filesystem::path> files_in(std::filesystem::path const& directory) {
  std::vector<std::filesystem::path> found;
  if (std::filesystem::exists(directory))
    for (auto const& entry : std::filesystem::directory_iterator(directory)) found.push_back(entry.path());
  return found;
}

TEST(Maildir, MakesSafePaths) {
  auto const directory = example_policy().directory;
  auto const path = [&](std::string_view a) {
    return maildir_path("/m/{domain}/{local}", address(a), directory);
  };
  EXPECT_EQ(path("Alice+tag@example.org"), "/m/example.org/alice");
  EXPECT_EQ(path("\"../../etc\"@any.example"), "/m/any.example/%2E.%2F..%2Fetc");
  EXPECT_EQ(path("\"a/b\"@any.example"), "/m/any.example/a%2Fb");
  EXPECT_EQ(path("\".\"@any.example"), "/m/any.example/%2E");
  EXPECT_EQ(path("{local}@any.example"), "/m/any.example/{local}");
}

TEST(Maildir, DeliversOnceWithReturnPathAndUnixLines) {
  tests::Workplace place;
  OneMessage const spool({"Subject: x\r", "\n\r\nbody\r\n"});
  auto const attempt = attempt_for("alice@example.org");
  for (int again = 0; again < 2; ++again) {  // a repeated delivery takes the place of the first
    auto const outcome =
        deliver_to_maildir(store::real_files(), spool, place.path("a/b"), "mx.example.org", attempt, 0);
    EXPECT_EQ(outcome.ending, Ending::delivered);
  }
  auto const found = files_in(place.path("a/b/new"));
  ASSERT_EQ(found.size(), 1U);
  std::ifstream in(found[0], std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "Return-Path: <s@far.example>\nSubject: x\n\nbody\n");
  EXPECT_TRUE(files_in(place.path("a/b/tmp")).empty());
  EXPECT_TRUE(std::filesystem::exists(place.path("a/b/cur")));
}

TEST(Maildir, LeavesNothingHalfWhateverFails) {
  OneMessage const spool({"Subject: x\r\n\r\n", "body\r\n"});
  auto const attempt = attempt_for("alice@example.org");
  tests::Workplace counting;
  tests::FailingFiles count(store::real_files());
  deliver_to_maildir(count, spool, counting.path("m"), "mx", attempt, 0);
  for (std::uint64_t call = 1; call <= count.calls(); ++call) {
    tests::Workplace place;
    tests::FailingFiles files(store::real_files());
    files.fail_at(call, store::FileError::full);
    auto const outcome = deliver_to_maildir(files, spool, place.path("m"), "mx", attempt, 0);
    auto const delivered = files_in(place.path("m/new")).size();
    if (outcome.ending == Ending::delivered) EXPECT_EQ(delivered, 1U) << call;
    EXPECT_NE(outcome.ending, Ending::failed) << call;
    EXPECT_TRUE(files_in(place.path("m/tmp")).empty()) << call;
  }
}

}  // namespace
}  // namespace postern::delivery

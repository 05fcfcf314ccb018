#include "delivery/maildir.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "delivery/maildir_path.hpp"
#include "support/example_policy.hpp"
#include "support/failing_files.hpp"
#include "support/one_message.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

using tests::attempt_for;
using tests::example_policy;
using tests::OneMessage;

std::vector<std::filesystem::path> files_in(std::filesystem::path const& directory) {
  std::vector<std::filesystem::path> found;
  if (std::filesystem::exists(directory))
    for (auto const& entry : std::filesystem::directory_iterator(directory)) found.push_back(entry.path());
  return found;
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

TEST(Maildir, PutsItsReturnPathInThePlaceOfAnyOther) {  // RFC 5321 section 4.4
  tests::Workplace place;
  OneMessage const spool(
      {"Received: x\r\nReturn-Path: <forged@a.", "example>\r\n\tfolded\r\nTo: y\r\n\r\n\nb\r"});
  auto attempt = attempt_for("alice@example.org");
  attempt.envelope.flags = "rule; reason\n";
  deliver_to_maildir(store::real_files(), spool, place.path("m"), "mx", attempt, 0);
  auto const found = files_in(place.path("m/new"));
  ASSERT_EQ(found.size(), 1U);
  std::ifstream in(found[0], std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(),
            "Return-Path: <s@far.example>\nX-Postern-Flag: rule; reason\nReceived: x\nTo: y\n\n\nb\n");
}

TEST(Maildir, IsMendedWhereItLacksAFolder) {
  OneMessage const spool({"Subject: x\r\n\r\nbody\r\n"});
  auto const attempt = attempt_for("alice@example.org");
  std::vector<std::string> const parts{"tmp", "new", "cur"};
  for (unsigned present = 0; present < 8; ++present) {
    tests::Workplace place;
    for (unsigned i = 0; i < parts.size(); ++i)
      if ((present >> i & 1U) != 0) std::filesystem::create_directories(place.path("m/" + parts[i]));
    auto const outcome =
        deliver_to_maildir(store::real_files(), spool, place.path("m"), "mx.example.org", attempt, 0);
    EXPECT_EQ(outcome.ending, Ending::delivered) << present;
    EXPECT_EQ(files_in(place.path("m/new")).size(), 1U) << present;
    for (auto const& part : parts)
      EXPECT_TRUE(std::filesystem::is_directory(place.path("m/" + part))) << present;
  }
}

TEST(Maildir, TakesMailForTheLongestNamesThereAre) {
  tests::Workplace place;
  OneMessage const spool({"Subject: x\r\n\r\nbody\r\n"});
  auto const directory = example_policy().directory;
  std::string local;
  for (int i = 0; i < 128; ++i) local += "\xC3\xA9";
  Address const longest(local, *Domain::parse("any.example"));
  auto const path = maildir_path(place.path("{domain}/{local}"), longest, directory);
  std::string const host = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
                           "." + std::string(60, 'd');
  auto const outcome =
      deliver_to_maildir(store::real_files(), spool, path, host, attempt_for("alice@example.org"), 0);
  EXPECT_EQ(outcome.ending, Ending::delivered);
  EXPECT_EQ(files_in(path + "/new").size(), 1U);
}

// Two aliases may lead to one mailbox, and their attempts may be made one by one.
TEST(Maildir, KeepsTheCopiesForTwoRecipientsOfAMessageApart) {
  tests::Workplace place;
  OneMessage const spool({"Subject: x\r\n\r\n"});
  auto const whole = attempt_for("alice@example.org");
  for (std::uint32_t const index : {0U, 3U}) {
    auto const attempt = attempt_for_some(whole.id, whole.envelope, {index});
    EXPECT_EQ(attempt.recipients, std::vector<std::uint32_t>{0});
    deliver_to_maildir(store::real_files(), spool, place.path("m"), "mx", attempt, 0);
  }
  EXPECT_EQ(files_in(place.path("m/new")).size(), 2U);
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

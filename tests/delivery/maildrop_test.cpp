#include "delivery/maildrop.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "support/example_policy.hpp"
#include "support/workplace.hpp"

namespace postern::delivery {
namespace {

constexpr std::uint64_t limit = 1000;  // bytes of content

class Maildrop : public testing::Test {
 protected:
  std::string leave(std::string const& name, std::string const& text) {
    std::ofstream(place.path(name), std::ios::binary) << text;
    return place.path(name);
  }
  static std::string good(std::string const& content = "Subject: x\r\n\r\nbody\r\n") {
    return "postern-drop 1\nFROM:<s@far.example>\nTO:<alice@example.org> NOTIFY=NEVER\n"
           "TO:<info@example.org>\n\n" +
           content;
  }
  std::string problem_of(std::string const& path) {
    auto const read = read_maildrop(path, limit);
    return read ? "" : read.error().why;
  }

  tests::Workplace place;
};

TEST_F(Maildrop, ReadsAMessageAndWhoLeftIt) {
  auto const read = read_maildrop(leave("1.drop", good()), limit);
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(read->user, ::getuid());
  EXPECT_EQ(read->message.mail.reverse_path->print(), "s@far.example");
  ASSERT_EQ(read->message.recipients.size(), 2U);
  EXPECT_FALSE(read->message.recipients[0].notify.wants_failure());
  EXPECT_EQ(read->message.content, "Subject: x\r\n\r\nbody\r\n");
}

TEST_F(Maildrop, CleansWhatItReads) {
  auto const content_of = [&](std::string const& text) {
    auto const read = read_maildrop(leave("1.drop", text), limit);
    return read ? read->message.content : read.error().why;
  };
  EXPECT_EQ(content_of(good("X-Postern-Flag: mine\nSubject: x\n\n.\rb")), "Subject: x\r\n\r\n.\r\nb");
  EXPECT_EQ(content_of(good("\tby forged.example\n")), "\r\n\tby forged.example\r\n");
  auto const binary = "postern-drop 1\nFROM:<s@far.example> BODY=BINARYMIME\nTO:<alice@example.org>\n\n";
  EXPECT_EQ(content_of(binary + std::string("Subject: x\r\n\r\n\n.\n")), "Subject: x\r\n\r\n\n.\n");
}

TEST_F(Maildrop, TakesNoLinkAndNothingThatIsNoFile) {
  auto const path = leave("1.drop", good());
  ASSERT_EQ(::symlink(path.c_str(), place.path("2.drop").c_str()), 0);
  EXPECT_NE(problem_of(place.path("2.drop")), "");
  ASSERT_EQ(::mkfifo(place.path("3.drop").c_str(), 0600), 0);
  EXPECT_EQ(problem_of(place.path("3.drop")), "no ordinary file");
  ASSERT_EQ(::link(path.c_str(), place.path("4.drop").c_str()), 0);
  EXPECT_EQ(problem_of(path), "no ordinary file") << "a hard link may be to somebody else's file";
  EXPECT_NE(problem_of(place.path("none.drop")), "");
}

TEST_F(Maildrop, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(problem_of(leave("1.drop", "")), "it does not begin with the version");
  EXPECT_EQ(problem_of(leave("2.drop", good(std::string(limit + 1, 'x')))),
            "too large: 1001 bytes, and 1000 are the most (smtp.max_message_size)");
  EXPECT_EQ(problem_of(leave("3.drop", good(std::string(limit, 'x')))), "");
  EXPECT_EQ(problem_of(leave("4.drop", "postern-drop 1\nFROM:<>\n\nx")), "it has no recipients");
  EXPECT_EQ(problem_of(leave("5.drop", "postern-drop 1\nFROM:<>\nTO:<a@b.example>")),
            "a recipient's line is cut off, or too long");
  EXPECT_NE(problem_of(leave("6.drop", "postern-drop 1\nFROM:<nobody\n\nx")), "");
}

TEST_F(Maildrop, TellsAnErrorThatPassesFromAFileThatIsWrong) {
  auto const path = leave("1.drop", good());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  auto const without_descriptors = read_maildrop(path, limit);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(without_descriptors);
  EXPECT_TRUE(without_descriptors.error().passing) << without_descriptors.error().why;
  EXPECT_TRUE(read_maildrop(path, limit)) << "there is nothing wrong with the file";
  ASSERT_EQ(::symlink(path.c_str(), place.path("2.drop").c_str()), 0);
  for (auto const& wrong : {place.path("2.drop"), leave("3.drop", "no message"), place.path()}) {
    auto const read = read_maildrop(wrong, limit);
    ASSERT_FALSE(read) << wrong;
    EXPECT_FALSE(read.error().passing) << read.error().why;
  }
}

TEST_F(Maildrop, ListsCompleteMessagesOnly) {
  for (auto const* name :
       {"1.drop", "2.drop.bad", ".3.drop", "4.tmp", "5.drop", ".drop", "6.taken", ".taken", "7.taken.bad"})
    leave(name, "x");
  auto names = list_maildrop(place.path());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"1.drop", "5.drop", "6.taken"}));
  EXPECT_EQ(std::count_if(names.begin(), names.end(), is_taken), 1);
  EXPECT_TRUE(is_taken(taken_name({1})));
  EXPECT_TRUE(list_maildrop(place.path("none")).empty());
}

TEST_F(Maildrop, IsWrittenByEverybodyAndListedByUsOnly) {
  auto const directory = place.path("drop");
  for (int again = 0; again < 2; ++again) ASSERT_TRUE(make_maildrop(directory));
  struct stat about {};
  ASSERT_EQ(::stat(directory.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 01733U);
  auto const impossible = make_maildrop(place.path("no/where"));
  ASSERT_FALSE(impossible);
  EXPECT_NE(impossible.error().find("cannot be made"), std::string::npos);
}

TEST_F(Maildrop, MakesTheEnvelopeOfWhatItReads) {
  auto const directory = tests::example_policy().directory;
  auto const read =
      read_maildrop(leave("1.drop", good("Subject: x\r\nTLS-Required: No\r\n\r\n\xC3\xA9\r\n")), limit);
  ASSERT_TRUE(read) << read.error().why;
  auto const envelope = envelope_of(read->message, directory, from_micros(5));
  EXPECT_EQ(envelope.arrived, from_micros(5));
  EXPECT_EQ(envelope.sender(), "s@far.example");
  EXPECT_EQ(envelope.size, read->message.content.size());
  EXPECT_TRUE(envelope.content.tls_optional);
  EXPECT_TRUE(envelope.content.content_8bit);
  EXPECT_FALSE(envelope.content.header_8bit);
  ASSERT_EQ(envelope.recipients.size(), 2U) << "alice once, although the alias names her, too";
  EXPECT_EQ(envelope.recipients[0].address.print(), "alice@example.org");
  EXPECT_EQ(envelope.recipients[0].due, from_micros(5));
  EXPECT_EQ(envelope.recipients[1].address.print(), "x@elsewhere.example");
  EXPECT_EQ(envelope.recipients[1].original, "info@example.org");
}

}  // namespace
}  // namespace postern::delivery

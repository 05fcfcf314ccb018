#include "delivery/maildir_path.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "support/example_policy.hpp"
#include "support/exhaustive.hpp"

namespace postern::delivery {
namespace {

std::string path_of(std::string const& local, std::string const& pattern = "/m/{domain}/{local}") {
  return maildir_path(pattern, Address(local, *Domain::parse("any.example")),
                      tests::example_policy().directory);
}

std::vector<std::string> names_in(std::string const& path) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= path.size();) {
    auto const slash = std::min(path.find('/', at), path.size());
    names.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return names;
}

TEST(MaildirPath, IsWhatTheOwnerExpects) {
  auto const directory = tests::example_policy().directory;
  auto const path = [&](std::string_view a) {
    return maildir_path("/m/{domain}/{local}", tests::address(a), directory);
  };
  EXPECT_EQ(path("Alice+tag@example.org"), "/m/example.org/alice");
  EXPECT_EQ(path("\"../../etc\"@any.example"), "/m/any.example/%2E.%2F..%2Fetc");
  EXPECT_EQ(path("\"a/b\"@any.example"), "/m/any.example/a%2Fb");
  EXPECT_EQ(path("\".\"@any.example"), "/m/any.example/%2E");
  EXPECT_EQ(path("\"..\"@any.example"), "/m/any.example/%2E.");
  EXPECT_EQ(path("\"\"@any.example"), "/m/any.example/%-");
  EXPECT_EQ(path("New@any.example"), "/m/any.example/new");
  EXPECT_EQ(path("{local}@any.example"), "/m/any.example/{local}");
  EXPECT_EQ(path("{domain}@any.example"), "/m/any.example/{domain}");
}

TEST(MaildirPath, IsTheSameForEveryCaseOfAName) { EXPECT_EQ(path_of("ALICE"), path_of("alice")); }

// Everything that local parts can be made of and that means something in a path or to us.
std::vector<std::string> odd_local_parts() {
  std::vector<std::string> all{"new",  "cur", "tmp",     "%-",       "%+",
                               "%+/x", "%2E", "{local}", "{domain}", std::string(1, '\0')};
  tests::for_each_string("./%-+2\\ \xC3\xA9", 4, [&](std::string_view text) { all.emplace_back(text); });
  for (std::size_t length = 190; length <= 256; ++length)
    for (auto const* unit : {"a", ".", "/", "%", "\xC3"}) {
      std::string text;
      while (text.size() < length) text += unit;
      all.push_back(text);
      all.push_back(text.substr(0, length - 1) + "b");
      if (length > 205) all.push_back(std::string(length - 5, 'a') + "/new/");
      all.push_back(std::string(length - 3, 'a') + "...");
    }
  return all;
}

TEST(MaildirPath, IsOneOfItsOwnForEachMailbox) {
  auto const directory = tests::example_policy().directory;
  std::map<std::string, std::string> mailbox_at;
  std::set<std::string> mailboxes;
  for (auto const& local : odd_local_parts()) {
    Address const address(local, *Domain::parse("any.example"));
    auto const mailbox = directory.mailbox_of(address);
    mailboxes.insert(mailbox);
    auto const [entry, is_new] = mailbox_at.emplace(maildir_path("/m/{local}", address, directory), mailbox);
    EXPECT_EQ(entry->second, mailbox) << "both are at " << entry->first;
  }
  EXPECT_EQ(mailbox_at.size(), mailboxes.size());
  for (auto const& [path, mailbox] : mailbox_at)
    for (auto const* part : {"/tmp", "/new", "/cur"})
      EXPECT_FALSE(mailbox_at.contains(path + part)) << "a mailbox inside of another: " << path << part;
}

TEST(MaildirPath, StaysInsideItsDirectory) {
  for (auto const& local : odd_local_parts()) {
    auto const path = path_of(local);
    ASSERT_TRUE(path.starts_with("/m/any.example/")) << path;
    for (auto const& name : names_in(path.substr(1))) {
      EXPECT_FALSE(name.empty() || name.starts_with('.')) << path;
      EXPECT_LE(name.size(), file_name_limit + 2) << path;
      for (char const c : name) EXPECT_TRUE(c > ' ' && c < 0x7F && c != '\\') << path;
    }
  }
}

TEST(MaildirPath, MayHaveAnyPattern) {
  EXPECT_EQ(path_of("alice", "/srv/{local}@{domain}/Maildir"), "/srv/alice@any.example/Maildir");
  EXPECT_EQ(path_of("alice", "{domain}{domain}"), "any.exampleany.example");
  EXPECT_EQ(path_of("alice", "/m/{other}/{local"), "/m/{other}/{local");
  EXPECT_EQ(path_of("alice", ""), "");
}

}  // namespace
}  // namespace postern::delivery

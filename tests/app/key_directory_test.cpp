#include "app/settings/key_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "app/settings/build_config.hpp"
#include "app/settings/published.hpp"
#include "app/settings/settings_file.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

class KeyDirectory : public testing::Test {
 protected:
  void make(std::string const& domain, std::string const& selector, auth::KeyState state) {
    auth::KeyName const name{.domain = domain, .selector = selector, .state = state};
    auto const written =
        write_key(directory_, place_.path(), name, auth::new_signing_key(auth::KeyType::ed25519));
    ASSERT_TRUE(written) << written.error();
  }
  std::string listed() const {
    std::string out;
    auto const names = list_keys(directory_).value();
    for (auto const& name : names) out += file_name(name) + " ";
    return out;
  }
  BuiltConfig check() const {
    auto const read = parse_settings(
        "hostname = \"mx.our.example\"\n[dkim]\nkeys = \"keys\"\n"
        "[domains.\"our.example\"]\nmailboxes = [\"alice\"]\n",
        place_.path("postern.toml"));
    EXPECT_TRUE(read.errors.empty());
    return check_config(read.settings);
  }
  static bool tells_of(std::vector<std::string> const& lines, std::string const& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](auto const& line) { return line.find(text) != std::string::npos; });
  }

  tests::Workplace place_;
  std::string directory_ = place_.path("keys");
};

TEST_F(KeyDirectory, KeepsKeysThatTheirOwnerAloneReads) {
  make("our.example", "s", auth::KeyState::active);
  struct stat info {};
  ASSERT_EQ(::stat((directory_ + "/our.example.s.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  auto const read = read_keys(directory_);
  EXPECT_TRUE(read.problems.empty());
  ASSERT_EQ(read.keys.size(), 1U);
  EXPECT_EQ(read.keys.front().name.record_name(), "s._domainkey.our.example");
  EXPECT_FALSE(write_key(directory_, place_.path(), read.keys.front().name, "another")) << "no key is lost";
}

TEST_F(KeyDirectory, LosesNoKeyWhereASelectorHasTwo) {
  make("our.example", "s", auth::KeyState::active);
  make("our.example", "s", auth::KeyState::next);
  auto const before = listed();
  EXPECT_FALSE(take_next_keys_into_use(directory_, "our.example"));
  EXPECT_EQ(listed(), before);
  EXPECT_TRUE(tells_of(check().errors, "are of one selector"));
}

TEST_F(KeyDirectory, ReplacesTheKeysOfOneDomainByItsNextOnes) {
  make("our.example", "a", auth::KeyState::active);
  make("our.example", "b", auth::KeyState::next);
  make("other.example", "c", auth::KeyState::active);
  auto const before = state_of_keys(directory_);
  ASSERT_TRUE(take_next_keys_into_use(directory_, "our.example"));
  EXPECT_EQ(listed(), "other.example.c.pem our.example.a.retired.pem our.example.b.pem ");
  EXPECT_NE(state_of_keys(directory_), before);
  ASSERT_TRUE(take_next_keys_into_use(directory_, "our.example"));
  EXPECT_EQ(listed(), "other.example.c.pem our.example.a.retired.pem our.example.b.pem ")
      << "without next keys those in use stay";
}

TEST_F(KeyDirectory, SaysInACheckWhatKeepsMailFromBeingSigned) {
  EXPECT_TRUE(tells_of(check().errors, "dkim.keys: the directory"));
  make("other.example", "s", auth::KeyState::active);
  EXPECT_TRUE(tells_of(check().warnings, "there is no key for our.example"));
  make("our.example", "n", auth::KeyState::next);
  EXPECT_FALSE(tells_of(check().warnings, "dkim.keys"));
  EXPECT_TRUE(tells_of(check().notes, "wait until the running server sees them"));
  make("our.example", "s", auth::KeyState::active);
  EXPECT_FALSE(tells_of(check().notes, "dkim.keys"));
  std::ofstream(directory_ + "/our.example.bad.pem") << "not a key";
  EXPECT_TRUE(tells_of(check().errors, "our.example.bad.pem"));
}

TEST(ZoneStrings, HoldNoMoreThanAStringCanHold) {
  EXPECT_EQ(zone_strings(""), "\"\"");
  EXPECT_EQ(zone_strings("v=DKIM1"), "\"v=DKIM1\"");
  EXPECT_EQ(zone_strings(std::string(256, 'x')), "\"" + std::string(255, 'x') + "\" \"x\"");
}

}  // namespace
}  // namespace postern::app

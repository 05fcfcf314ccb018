// Tar archives as their writers make them, fed in pieces of any size.
#include "wire/tar_archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace postern::tests {
namespace {

using namespace wire;

std::string tar_entry(std::string const& name, std::string const& content, char type = '0',
                      bool posix = true) {
  std::string block(512, '\0');
  std::memcpy(block.data(), name.data(), std::min<std::size_t>(name.size(), 100));
  std::snprintf(block.data() + 124, 12, "%011zo", content.size());
  std::snprintf(block.data() + 136, 12, "%011o", 1'700'000'000U);
  block[156] = type;
  if (posix)
    std::memcpy(block.data() + 257,
                "ustar\0"
                "00",
                8);
  std::memset(block.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (char const c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(block.data() + 148, 8, "%06o", sum);
  std::string out = block + content;
  out.resize((out.size() + 511) / 512 * 512, '\0');
  return out;
}

TarReader tar_reader(std::string const& archive, std::size_t piece, std::size_t& at) {
  return TarReader([&archive, piece, &at](std::span<char> out) -> Result<std::size_t, std::string> {
    auto const count = std::min({piece, out.size(), archive.size() - at});
    std::memcpy(out.data(), archive.data() + at, count);
    at += count;
    return count;
  });
}

// "name=content;" of each entry, and why it ended early.
std::string read_all(std::string const& archive, std::size_t piece) {
  std::size_t at = 0;
  auto reader = tar_reader(archive, piece, at);
  std::string all;
  for (;;) {
    auto const entry = reader.next();
    if (!entry) return all + entry.error();
    if (!*entry) return all;
    all += (*entry)->name + "=";
    std::array<char, 7> buffer{};
    for (;;) {
      auto const got = reader.read(buffer);
      if (!got) return all + got.error();
      if (*got == 0) break;
      all.append(buffer.data(), *got);
    }
    all += ";";
  }
}

std::string const tar_end(1024, '\0');

TEST(TarArchive, GivesItsFilesAndPassesOverTheRest) {
  auto const long_name = "mail/" + std::string(300, 'n');
  std::string const pax = "22 path=a folder/name\n";
  auto const archive = tar_entry("folder/", "", '5') + tar_entry("folder/1.eml", "one") +
                       tar_entry("link", "", '2') +
                       tar_entry("././@LongLink", long_name + std::string(1, '\0'), 'L') +
                       tar_entry(long_name, "two") + tar_entry("x", pax, 'x') + tar_entry("short", "three") +
                       tar_entry("old", std::string(1000, 'o'), '\0', false) + tar_end;
  ASSERT_TRUE(is_tar(archive));
  for (std::size_t const piece : {archive.size(), std::size_t{1}, std::size_t{511}})
    EXPECT_EQ(read_all(archive, piece), "folder/1.eml=one;" + long_name +
                                            "=two;a folder/name=three;old=" + std::string(1000, 'o') + ";");
}

TEST(TarArchive, ThatIsCutOffOrDamagedSaysSo) {
  auto const archive = tar_entry("a", std::string(2000, 'a')) + tar_entry("b", "b");
  EXPECT_EQ(read_all(archive, 4096),
            "a=" + std::string(2000, 'a') + ";b=b;");  // without the blocks at the end
  EXPECT_NE(read_all(archive.substr(0, 1000), 4096).find("cut off"), std::string::npos);
  EXPECT_NE(read_all(archive.substr(0, 2600), 4096).find("cut off"), std::string::npos);
  auto damaged = archive;
  damaged[2560 + 3] = 'x';
  EXPECT_NE(read_all(damaged, 4096).find("no header"), std::string::npos);
  EXPECT_FALSE(is_tar(std::string(512, '\0')));
  EXPECT_FALSE(is_tar(std::string(512, 'x')));
}

TEST(TarArchive, WhatIsNotReadOfAnEntryIsSkipped) {
  auto const archive = tar_entry("a", std::string(2000, 'a')) + tar_entry("b", "b") + tar_end;
  std::size_t at = 0;
  auto reader = tar_reader(archive, 100, at);
  EXPECT_EQ(reader.next().value()->name, "a");
  std::array<char, 10> some{};
  EXPECT_EQ(reader.read(some).value(), 10U);
  EXPECT_EQ(reader.next().value()->name, "b");
  EXPECT_FALSE(reader.next().value());
  EXPECT_FALSE(reader.next().value());
}

TEST(TarArchive, NamesAndEntriesAreBounded) {
  std::size_t at = 0;
  auto const archive =
      tar_entry("././@LongLink", std::string(100'000, 'n'), 'L') + tar_entry("a", "a") + tar_end;
  auto reader = tar_reader(archive, 4096, at);
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace postern::tests

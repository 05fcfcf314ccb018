#include "wire/zip_archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "support/zip_file.hpp"

namespace postern::wire {
namespace {

using tests::zip_end;
using tests::zip_member;
using tests::ZipForm;

constexpr ZipForm all_zip_forms[] = {ZipForm::stored, ZipForm::deflated, ZipForm::streamed,
                                     ZipForm::streamed_without_signature, ZipForm::streamed_zip64};

ZipReader::Source archive_source(std::string bytes, std::size_t piece) {
  return [bytes = std::move(bytes), piece,
          at = std::size_t{0}](std::span<char> out) mutable -> Result<std::size_t, std::string> {
    auto const count = std::min({piece, out.size(), bytes.size() - at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
    at += count;
    return count;
  };
}

Result<std::string, std::string> rest_of_entry(ZipReader& reader, std::size_t piece = 1000) {
  std::string all;
  std::vector<char> buffer(piece);
  for (;;) {
    auto const got = reader.read(buffer);
    if (!got) return fail(got.error());
    if (*got == 0) return all;
    all.append(buffer.data(), *got);
  }
}

std::string lines_of_text(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i * i) + "\n";
  return text;
}

TEST(ZipArchive, IsReadHoweverItWasWrittenAndHoweverItComes) {
  std::string const texts[] = {"", "x", lines_of_text(10'000)};
  for (auto const form : all_zip_forms) {
    std::string archive;
    for (auto const& text : texts)
      archive += zip_member({.name = "a/" + std::to_string(text.size()), .content = text, .form = form});
    archive += zip_end();
    for (std::size_t const piece : {1, 7, 4096, 1'000'000}) {
      ZipReader reader(archive_source(archive, piece));
      for (auto const& text : texts) {
        auto const entry = reader.next();
        ASSERT_TRUE(entry && *entry) << (entry ? "" : entry.error());
        EXPECT_EQ((*entry)->name, "a/" + std::to_string(text.size()));
        auto const content = rest_of_entry(reader, piece);
        ASSERT_TRUE(content) << content.error();
        EXPECT_EQ(*content, text);
      }
      auto const end = reader.next();
      ASSERT_TRUE(end) << end.error();
      EXPECT_FALSE(*end);
    }
  }
}

TEST(ZipArchive, PassesOverWhatIsNotRead) {
  for (auto const form : all_zip_forms) {
    auto const text = lines_of_text(30'000);
    ZipReader reader(archive_source(zip_member({.name = "large", .content = text, .form = form}) +
                                        zip_member({.name = "small", .content = "hello", .form = form}) +
                                        zip_end(),
                                    5000));
    ASSERT_TRUE(*reader.next());
    char byte = 0;
    ASSERT_EQ(*reader.read({&byte, 1}), 1U);
    auto const small = reader.next();
    ASSERT_TRUE(small && *small) << (small ? "" : small.error());
    EXPECT_EQ((*small)->name, "small");
    EXPECT_EQ(rest_of_entry(reader).value_or("?"), "hello");
  }
}

TEST(ZipArchive, SaysWhatItCannotReadAndGoesOnBehindIt) {
  for (auto const& [bad, why] : std::vector<std::pair<tests::ZipMember, std::string>>{
           {{.name = "bad", .content = "text", .flags = 1}, "encrypted"},
           {{.name = "bad", .content = "text", .method = 12}, "compressed in a way"},
           {{.name = "bad", .content = "text", .method = 99}, "compressed in a way"},
           {{.name = "bad", .content = "text", .wrong = 1}, "damaged"},
           {{.name = "bad", .content = "text", .form = ZipForm::stored, .method = 8}, "damaged"}}) {
    ZipReader reader(archive_source(
        zip_member(bad) + zip_member({.name = "good", .content = "hello"}) + zip_end(), 1'000));
    ASSERT_TRUE(*reader.next());
    auto const content = rest_of_entry(reader);
    ASSERT_FALSE(content) << why;
    EXPECT_NE(content.error().find(why), std::string::npos) << content.error();
    EXPECT_FALSE(rest_of_entry(reader)) << "it stays so";
    auto const good = reader.next();
    ASSERT_TRUE(good && *good) << why;
    EXPECT_EQ(rest_of_entry(reader).value_or("?"), "hello");
  }
}

TEST(ZipArchive, ThatIsCutOffAnywhereIsAnErrorAndNeverShort) {
  for (auto const form : all_zip_forms) {
    auto const text = lines_of_text(20);
    auto const archive = zip_member({.name = "a", .content = text, .form = form});
    for (std::size_t length = 0; length < archive.size(); ++length) {
      ZipReader reader(archive_source(archive.substr(0, length), 100));
      auto entry = reader.next();
      if (entry) {
        auto const content = rest_of_entry(reader);
        EXPECT_TRUE(!content || *content == text) << length;
        entry = reader.next();
      }
      EXPECT_FALSE(entry) << length;
    }
  }
}

TEST(ZipArchive, IsBoundedInEntriesAndInBytes) {
  std::string const zeros(3'000'000, '\0');
  auto const bomb = zip_member({.name = "a", .content = zeros, .form = ZipForm::streamed}) + zip_end();
  ZipReader large(archive_source(bomb, 1000), {.entries = 10, .bytes = 2'000'000});
  ASSERT_TRUE(*large.next());
  EXPECT_FALSE(rest_of_entry(large));
  EXPECT_FALSE(large.next());
  ZipReader unread(archive_source(bomb, 1000), {.entries = 10, .bytes = 2'000'000});
  ASSERT_TRUE(*unread.next());
  EXPECT_FALSE(unread.next()) << "nor may it be passed over for free";
  std::string many;
  for (int i = 0; i < 11; ++i) many += zip_member({.name = "a", .content = "x"});
  ZipReader entries(archive_source(many + zip_end(), 1000), {.entries = 10, .bytes = 1000});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(entries.next());
  EXPECT_FALSE(entries.next());
}

TEST(ZipArchive, TellsOtherFilesAndPartsOfSplitArchives) {
  for (std::string const text : {"", "P", "hello", "PK\x07\x08PK\x03\x04"}) {
    ZipReader reader(archive_source(text, 100));
    EXPECT_FALSE(reader.next()) << text;
  }
  ZipReader empty(archive_source("PK\x05\x06" + std::string(18, '\0'), 100));
  auto const none = empty.next();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  ZipReader marked(archive_source("PK00" + zip_member({.name = "a", .content = "x"}) + zip_end(), 100));
  EXPECT_TRUE(marked.next().value());
  EXPECT_TRUE(is_zip(zip_member({.name = "a", .content = ""})));
  EXPECT_TRUE(is_zip("PK\x05\x06"));
  EXPECT_FALSE(is_zip("PK"));
}

TEST(ZipArchive, PassesTheErrorsOfItsSourceOn) {
  ZipReader reader([](std::span<char>) -> Result<std::size_t, std::string> {
    return fail(std::string("the disk is broken"));
  });
  auto const entry = reader.next();
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error(), "the disk is broken");
}

}  // namespace
}  // namespace postern::wire

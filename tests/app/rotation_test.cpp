// Files that rotation has cut, read as the one log that they were.
#include "app/inputs/rotation.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "app/inputs/input_series.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "support/workplace.hpp"

namespace postern::tests {
namespace {

using app::InputPath;
using app::InputSeries;
using app::rotated_name;
using app::RotatedName;

TEST(RotatedName, ThePartsOfASeriesAreToldByTheirNames) {
  std::vector<std::string> const from_the_oldest{"mail.log.12.gz", "mail.log.2.gz", "mail.log.1", "mail.log"};
  for (std::size_t i = 0; i < from_the_oldest.size(); ++i) {
    EXPECT_EQ(rotated_name(from_the_oldest[i]).series, "mail.log") << from_the_oldest[i];
    if (i > 0) EXPECT_LT(rotated_name(from_the_oldest[i - 1]).age, rotated_name(from_the_oldest[i]).age);
  }
  std::vector<std::string> const dated{"mail.log-20261101.gz", "mail.log-20261108", "mail.log"};
  for (std::size_t i = 0; i < dated.size(); ++i) {
    EXPECT_EQ(rotated_name(dated[i]).series, "mail.log") << dated[i];
    if (i > 0) EXPECT_LT(rotated_name(dated[i - 1]).age, rotated_name(dated[i]).age);
  }
  for (auto const* name :
       {"mail-20261101.log", "mail-2026-11-08.log.xz", "mail.log", "mail.log.1", "mail.20261101.log"})
    EXPECT_EQ(rotated_name(name).series, "mail.log") << name;
  EXPECT_EQ(rotated_name("mainlog.0").series, "mainlog");
}

TEST(RotatedName, ADateMayStandInFrontOrWithin) {
  EXPECT_EQ(rotated_name("2026.02.09-smtpLog.log").series, "-smtpLog.log");
  EXPECT_LT(rotated_name("2026.02.09-smtpLog.log.gz").age, rotated_name("2026.02.10-smtpLog.log").age);
  EXPECT_EQ(rotated_name("MDaemon-2026-08-18-SMTP-(in).log").series, "MDaemon--SMTP-(in).log");
  EXPECT_EQ(rotated_name("2026.02.0x-smtpLog.log").series, "2026.02.0x-smtpLog.log");
}

TEST(RotatedName, OtherNamesAreOfASeriesOfTheirOwn) {
  for (auto const* name : {"mail.err", "archive.mbox", "RECV2026112301-1.LOG", "20261101", "1", ".1",
                           "mail-3.7.log", "postfix-3.7-tls-loglevel-0.log", "mail-2026.log", ""})
    EXPECT_EQ(rotated_name(name).series, name);
}

constexpr std::string_view whole_log =
    "Nov 23 14:47:30 mx postfix/smtpd[430]: connect from mail.example.org[192.0.2.66]\n"
    "Nov 23 14:47:31 mx postfix/smtpd[430]: Anonymous TLS connection established from "
    "mail.example.org[192.0.2.66]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
    "Nov 23 14:47:31 mx postfix/smtpd[440]: connect from old.example.net[198.51.100.7]\n"
    "Nov 23 14:47:32 mx postfix/smtpd[430]: 4A1B2C3D4E: client=mail.example.org[192.0.2.66]\n"
    "Nov 23 14:47:33 mx postfix/smtpd[440]: 5A1B2C3D4E: client=old.example.net[198.51.100.7]\n"
    "Nov 23 14:47:34 mx postfix/qmgr[432]: 4A1B2C3D4E: from=<a@example.org>, size=57417, nrcpt=1 (queue "
    "active)\n"
    "Nov 23 14:47:35 mx postfix/qmgr[432]: 5A1B2C3D4E: from=<b@example.net>, size=57417, nrcpt=1 (queue "
    "active)\n"
    "Nov 23 14:47:36 mx postfix/smtpd[430]: disconnect from mail.example.org[192.0.2.66] ehlo=2 starttls=1 "
    "mail=1 rcpt=1 data=1 quit=1 commands=7\n"
    "Nov 23 14:47:37 mx postfix/smtpd[440]: disconnect from old.example.net[198.51.100.7] ehlo=1 mail=1 "
    "rcpt=1 "
    "data=1 quit=1 commands=5\n";

class Rotation : public testing::Test {
 protected:
  void write(std::string const& name, std::string_view text) {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << text;
  }
  void write_gzip(std::string const& name, std::string_view text) {
    ::gzFile const file = ::gzopen(path(name).c_str(), "wb");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
              static_cast<int>(text.size()));
    EXPECT_EQ(::gzclose(file), Z_OK);
  }
  std::string path(std::string const& name) const { return workplace_.path(name); }

  whatif::Answer answer_of(std::vector<std::string> const& names, std::size_t sources) {
    std::vector<std::string> paths;
    for (auto const& name : names) paths.push_back(path(name));
    auto opened = app::open_inputs(paths, std::nullopt, {});
    EXPECT_EQ(opened.readers.size(), sources);
    whatif::Replay replay({*whatif::parse_rule("require-tls")}, {});
    app::replay_inputs(opened.readers, replay, [](std::uint64_t) {});
    return replay.answer();
  }
  void expect_the_whole(whatif::Answer const& answer) {
    EXPECT_EQ(answer.messages, 2U);
    EXPECT_EQ(answer.over_tls, 1U);
    EXPECT_EQ(answer.in_the_clear, 1U);
    EXPECT_EQ(answer.unknown, 0U);
    EXPECT_EQ(answer.versions[4], 1U);
  }

  Workplace workplace_;
};

std::vector<std::size_t> ends_of_lines() {
  std::vector<std::size_t> out;
  for (auto at = whole_log.find('\n'); at != std::string_view::npos; at = whole_log.find('\n', at + 1))
    out.push_back(at + 1);
  out.pop_back();
  return out;
}

TEST_F(Rotation, ALogThatIsCutAtAnyTwoLinesGivesTheAnswerOfTheWhole) {
  write("whole.log", whole_log);
  expect_the_whole(answer_of({"whole.log"}, 1));
  auto const ends = ends_of_lines();
  for (std::size_t first = 0; first < ends.size(); ++first)
    for (std::size_t second = first + 1; second < ends.size(); ++second) {
      write_gzip("mail.log.2.gz", whole_log.substr(0, ends[first]));
      write("mail.log.1", whole_log.substr(ends[first], ends[second] - ends[first]));
      write("mail.log", whole_log.substr(ends[second]));
      for (auto const& order : {std::vector<std::string>{"mail.log", "mail.log.1", "mail.log.2.gz"},
                                std::vector<std::string>{"mail.log.2.gz", "mail.log", "mail.log.1"}})
        expect_the_whole(answer_of(order, 1));
    }
}

TEST_F(Rotation, DatesInNamesOrderThePartsToo) {
  auto const ends = ends_of_lines();
  write("mail.log-20261122", whole_log.substr(0, ends[3]));
  write("mail.log-20261123", whole_log.substr(ends[3]));
  expect_the_whole(answer_of({"mail.log-20261123", "mail.log-20261122"}, 1));
}

TEST_F(Rotation, AFileWhoseLastLineHasNoEndDoesNotTakeTheNextFilesFirst) {
  auto const ends = ends_of_lines();
  write("mail.log.1", whole_log.substr(0, ends[3] - 1));
  write("mail.log", whole_log.substr(ends[3]));
  expect_the_whole(answer_of({"mail.log", "mail.log.1"}, 1));
}

TEST_F(Rotation, WhatIsNoneIsReadApart) {
  std::string const exim =
      "2026-11-23 14:49:10 1smkL5-000002-AA <= a@b.example H=x [192.0.2.1] P=esmtp S=1\n";
  write("log.1", whole_log);
  write("log.2", exim);  // of another form
  expect_the_whole(answer_of({"log.1"}, 1));
  EXPECT_EQ(answer_of({"log.1", "log.2"}, 2).messages, 3U);
  auto const at_hour = [](std::string_view hour) {
    std::string out(whole_log);
    for (auto at = out.find("14:47"); at != std::string::npos; at = out.find("14:47", at + 1))
      out.replace(at, 2, hour);
    return out;
  };
  write("host.1", at_hour("14") + at_hour("19"));
  write("host.2", at_hour("16"));  // begins before the other ends: another host's
  EXPECT_EQ(answer_of({"host.1", "host.2"}, 2).messages, 6U);
  write("mail.log", whole_log);
  write("mail.err", at_hour("15"));  // the same lines would be read once
  EXPECT_EQ(answer_of({"mail.log", "mail.err"}, 2).messages, 4U);
}

TEST_F(Rotation, AFileThatCannotBeReadToItsEndIsToldOf) {
  write_gzip("mail.log.1.gz", std::string(100'000, 'x') + "\n" + std::string(whole_log));
  std::filesystem::resize_file(path("mail.log.1.gz"), std::filesystem::file_size(path("mail.log.1.gz")) / 2);
  write("mail.log", "the last line\n");
  InputSeries series({path("mail.log.1.gz"), path("absent"), path("mail.log")});
  std::string text;
  for (auto bytes = series.read(); !bytes.empty(); bytes = series.read()) text += bytes;
  EXPECT_TRUE(text.ends_with("\nthe last line\n"));
  EXPECT_NE(series.problem().find("mail.log.1.gz: "), std::string::npos) << series.problem();
  EXPECT_NE(series.problem().find("absent: "), std::string::npos) << series.problem();
}

}  // namespace
}  // namespace postern::tests

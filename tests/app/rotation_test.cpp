// Files that rotation has cut, read as the one log that they were.
#include "app/inputs/rotation.hpp"

#include <gtest/gtest.h>
#include <utime.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/inputs/input_series.hpp"
#include "app/inputs/repeated_inputs.hpp"
#include "app/inputs/replay_inputs.hpp"
#include "support/workplace.hpp"

namespace postern::tests {
namespace {

using app::InputPath;
using app::InputSeries;

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

// The last one's is left out.
std::vector<std::size_t> ends_of_lines(std::string_view text = whole_log) {
  std::vector<std::size_t> out;
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
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

TEST_F(Rotation, CompressedLogsOfTwoHostsOverTheSameMonthsAreReadApart) {
  std::string one, other;
  for (auto const* month : {"Sep", "Oct", "Nov"})
    for (auto* host : {&one, &other}) {
      auto text = std::string(whole_log);
      for (auto at = text.find("Nov 23"); at != std::string::npos; at = text.find("Nov 23", at + 1))
        text.replace(at, 6, std::string(month) + (host == &one ? " 10" : " 11"));
      *host += text;
    }
  for (bool const swapped : {false, true}) {
    write_gzip("mx.1.log.gz", swapped ? other : one);
    write_gzip("mx.2.log.gz", swapped ? one : other);
    ::utimbuf at_the_end{};  // the year of the lines goes by it
    at_the_end.modtime = 1'795'478'400;
    for (auto const* name : {"mx.1.log.gz", "mx.2.log.gz"})
      ASSERT_EQ(::utime(path(name).c_str(), &at_the_end), 0);
    auto const answer = answer_of({"mx.1.log.gz", "mx.2.log.gz"}, 2);
    EXPECT_EQ(answer.messages, 12U);
    EXPECT_LT(answer.days_spanned(), 100.0) << "no year is invented";
  }
}

TEST_F(Rotation, HalfAPlainLogBesideTheWholeOneCompressedIsLeftOut) {
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "Nov 23 14:47:29 mx postfix/smtpd[9]: statistics: none\n";
  auto const text = lines + std::string(whole_log);
  write("mail.log.1", text.substr(0, text.size() / 2));
  write_gzip("mail.log.1.gz", text);
  ASSERT_LT(std::filesystem::file_size(path("mail.log.1.gz")),
            std::filesystem::file_size(path("mail.log.1")));
  expect_the_whole(answer_of({"mail.log.1", "mail.log.1.gz"}, 1));
  expect_the_whole(answer_of({"mail.log.1.gz", "mail.log.1"}, 1));
}

TEST_F(Rotation, ALineEndThatIsPutInIsThatOfTheFile) {
  write("cut.log", "a\r\nb");
  write("within.log", "a\r\nb\r");
  write("next.log", "c\n");
  for (auto const* name : {"cut.log", "within.log"}) {
    InputSeries series({path(name), path("next.log")});
    std::string text;
    for (auto bytes = series.read(); !bytes.empty(); bytes = series.read()) text += bytes;
    EXPECT_EQ(text, "a\r\nb\r\nc\n") << name;
  }
}

TEST_F(Rotation, AnInputThatVanishesBeforeItsTurnIsToldOf) {
  write("mail.log", whole_log);
  auto opened = app::open_inputs({path("mail.log")}, std::nullopt, {});
  ASSERT_EQ(opened.readers.size(), 1U);
  std::filesystem::remove(path("mail.log"));
  whatif::Replay replay({*whatif::parse_rule("require-tls")}, {});
  app::replay_inputs(opened.readers, replay, [](std::uint64_t) {});
  EXPECT_FALSE(app::were_all_read(opened.readers));
  ASSERT_EQ(opened.readers[0]->answer().notes.size(), 1U);
  EXPECT_TRUE(opened.readers[0]->answer().notes[0].starts_with("it cannot be read: "));
}

TEST_F(Rotation, AFileThatTakesThePlaceOfAnInputBeforeItsTurnIsNotReadForIt) {
  write("mail.log", whole_log);
  auto opened = app::open_inputs({path("mail.log")}, std::nullopt, {});
  ASSERT_EQ(opened.readers.size(), 1U);
  write("mail.log", whole_log.substr(200));
  whatif::Replay replay({*whatif::parse_rule("require-tls")}, {});
  app::replay_inputs(opened.readers, replay, [](std::uint64_t) {});
  EXPECT_FALSE(app::were_all_read(opened.readers));
  EXPECT_EQ(replay.answer().messages, 0U);
}

TEST_F(Rotation, ManyInputsKeepNoDescriptorBeforeTheirTurn) {
  auto const descriptors = [] {
    auto const all = std::filesystem::directory_iterator("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  std::vector<std::string> paths;
  for (auto const* name : {"a", "b", "c", "d"}) {
    write(name, "Nov 23 14:47:29 mx x[1]: " + std::string(600, name[0]) + "\n" + std::string(whole_log));
    paths.push_back(path(name));
  }
  auto const before = descriptors();
  auto opened = app::open_inputs(paths, std::nullopt, {});
  ASSERT_EQ(opened.readers.size(), 4U);
  EXPECT_EQ(descriptors(), before);
  whatif::Replay replay({*whatif::parse_rule("require-tls")}, {});
  app::replay_inputs(opened.readers, replay, [](std::uint64_t) {});
  EXPECT_TRUE(app::were_all_read(opened.readers));
  EXPECT_EQ(replay.answer().messages, 8U);
}

TEST_F(Rotation, ACompressedCopyBesideItsOriginalIsReadOnce) {
  auto const ends = ends_of_lines();
  write_gzip("mail.log.2.gz", whole_log.substr(0, ends[1]));
  auto const middle = whole_log.substr(ends[1], ends[5] - ends[1]);
  write("mail.log.1", middle);
  write_gzip("mail.log.1.gz", middle);
  write("mail.log", whole_log.substr(ends[5]));
  std::vector<std::string> order{"mail.log", "mail.log.1", "mail.log.1.gz", "mail.log.2.gz"};
  do expect_the_whole(answer_of(order, 1));
  while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Rotation, ASecondSeriesOfTheSameLinesIsReadOnceThoughItReachesLessFarBack) {
  auto const ends = ends_of_lines();
  std::string const padding(600, 'x');  // what begins alike has to be long enough
  auto const text = [&](std::size_t begin, std::size_t end) {
    return "Nov 23 14:47:29 mx x[" + std::to_string(begin) + "]: " + padding + "\n" +
           std::string(whole_log.substr(begin, end - begin));
  };
  write_gzip("mail.log.2.gz", text(0, ends[1]));
  for (auto const* name : {"mail.log.1", "mail.info.1"}) write(name, text(ends[1], ends[5]));
  for (auto const* name : {"mail.log", "mail.info"}) write(name, text(ends[5], whole_log.size()));
  expect_the_whole(answer_of({"mail.log", "mail.log.1", "mail.log.2.gz", "mail.info", "mail.info.1"}, 1));
}

TEST_F(Rotation, OneFileByTwoNamesIsReadOnceHoweverShortItIs) {
  write("short.log", whole_log.substr(0, 300));
  write("mail.log", whole_log);
  std::filesystem::create_hard_link(path("mail.log"), path("hard.log"));
  std::filesystem::create_symlink(path("mail.log"), path("soft.log"));
  expect_the_whole(answer_of({"mail.log", "hard.log", "soft.log", "mail.log"}, 1));
  answer_of({"short.log", "short.log"}, 1);  // and not two sources
}

TEST_F(Rotation, OfTwoFilesThatBeginAlikeTheLongerIsReadAndTheOtherIsNamed) {
  std::vector<std::string> problems;
  write("a.log", whole_log.substr(0, 800));
  write("b.log", whole_log);
  write("c.log", whole_log.substr(0, 300));  // too short to tell
  std::vector<InputPath> inputs;
  for (auto const* name : {"a.log", "b.log", "c.log"})
    inputs.push_back({.path = path(name), .bytes = std::filesystem::file_size(path(name))});
  auto const kept = app::without_repeated(inputs, problems);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].path, path("b.log"));
  EXPECT_EQ(kept[1].path, path("c.log"));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with(path("a.log") + ": it begins with the same lines as " + path("b.log")))
      << problems[0];
}

// Two sessions, one of them over TLS, side by side.
std::string exchange_lines() {
  std::string out;
  auto const line = [&](std::string const& session, std::string const& client, std::string const& rest) {
    auto const second = std::to_string(10 + std::count(out.begin(), out.end(), '\n'));
    out += "2026-11-23T09:59:" + second + ".000Z,MX\\Default Frontend MX," + session + ",1,192.0.2.25:25," +
           client + ":40000," + rest + "\r\n";
  };
  std::string const one = "198.51.100.1", other = "198.51.100.2";
  line("S1", one, "+,,");
  line("S2", other, "+,,");
  line("S1", one, "*,,\"TLS protocol SP_PROT_TLS1_3_SERVER negotiation succeeded using bulk encryption\"");
  line("S1", one, "<,MAIL FROM:<a@x.example>,");
  line("S2", other, "<,MAIL FROM:<b@y.example>,");
  line("S2", other, "<,RCPT TO:<c@z.example>,");
  line("S1", one, "<,RCPT TO:<c@z.example>,");
  line("S1", one, "<,DATA,");
  line("S2", other, "<,DATA,");
  line("S1", one, ">,\"250 2.6.0 <1@x.example> [InternalId=1, Hostname=h] Queued mail for delivery\",");
  line("S2", other, ">,\"250 2.6.0 <2@y.example> [InternalId=2, Hostname=h] Queued mail for delivery\",");
  line("S1", one, "-,,Remote");
  line("S2", other, "-,,Remote");
  return out;
}

TEST_F(Rotation, AnHourlyLogOfExchangeIsOneWhereverItIsCut) {
  std::string const head =
      "#Software: Microsoft Exchange Server\r\n#Fields: date-time,connector-id,session-id,sequence-number,"
      "local-endpoint,remote-endpoint,event,data,context\r\n";
  auto const lines = exchange_lines();
  auto const ends = ends_of_lines(lines);
  ASSERT_EQ(ends.size(), 12U);
  for (auto const end : ends) {
    write("RECV2026112309-1.LOG", head + lines.substr(0, end));
    write("RECV2026112310-1.LOG", head + lines.substr(end));
    expect_the_whole(answer_of({"RECV2026112310-1.LOG", "RECV2026112309-1.LOG"}, 1));
  }
}

// The lines of `whole_log` as journalctl -o export writes them.
std::vector<std::string> journal_entries() {
  std::vector<std::string> out;
  std::size_t begin = 0;
  auto ends = ends_of_lines();
  ends.push_back(whole_log.size());
  for (auto const end : ends) {
    auto const line = whole_log.substr(begin, end - begin - 1);
    begin = end;
    auto const program = line.find("postfix/"), pid = line.find('['), text = line.find("]: ");
    auto const number = std::to_string(out.size());
    out.push_back(
        "__CURSOR=s=1;i=" + number + "\n__REALTIME_TIMESTAMP=17954458" + std::to_string(50 + out.size()) +
        "000000\n_HOSTNAME=mx\nSYSLOG_IDENTIFIER=" + std::string(line.substr(program, pid - program)) +
        "\nSYSLOG_PID=" + std::string(line.substr(pid + 1, text - pid - 1)) +
        "\nMESSAGE=" + std::string(line.substr(text + 3)) + "\n\n");
  }
  return out;
}

TEST_F(Rotation, AJournalExportedInPartsIsOneWhereverItIsCut) {
  auto const entries = journal_entries();
  ASSERT_EQ(entries.size(), 9U);
  for (std::size_t cut = 1; cut < entries.size(); ++cut)
    for (std::size_t const missing : {0, 1, 2}) {  // bytes at the end of the first part
      std::string before, after;
      for (std::size_t i = 0; i < entries.size(); ++i) (i < cut ? before : after) += entries[i];
      before.resize(before.size() - missing);
      write("journal-2026-11-23.export", before);
      write("journal-2026-11-24.export", after);
      expect_the_whole(answer_of({"journal-2026-11-24.export", "journal-2026-11-23.export"}, 1));
    }
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

// What names of log files tell of the order of the files.
#include "app/inputs/rotated_name.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::tests {
namespace {

using app::rotated_name;

TEST(RotatedName, ThePartsOfASeriesAreToldByTheirNames) {
  struct Series {
    std::string_view name;
    std::vector<std::string_view> from_the_oldest;
  };
  std::vector<Series> const all{
      {"mail.log", {"mail.log.12.gz", "mail.log.2.gz", "mail.log.1", "mail.log"}},
      {"mail.log", {"mail.log-20261101.gz", "mail.log-20261108", "mail.log"}},
      {"mail.log", {"mail.log.20261031", "mail-20261101.log", "mail-2026-11-08.log.xz", "mail_20261109.log"}},
      {"mail.log", {"mail.log-20261101-1793491200", "mail.log-20261101-1793577600", "mail.log"}},
      {"mail.log", {"mail.log-1793491200", "mail.log-1793577600.zst", "mail.log"}},
      {"mail.log", {"mail-2026-10.log", "mail-2026-11.log", "mail.log"}},
      {"mail.log", {"mail.12.log", "mail.2.log", "mail.1.log.gz", "mail.log"}},
      {"mail.log", {"mail-20261101T093000.log", "mail-20261101T103000.log", "mail-20261102T000000.log"}},
      {"mail.log", {"mail-2026-11-01_09-30-00.log", "mail-2026-11-01_10-00-00.log"}},
      {"mainlog", {"mainlog.1", "mainlog.0", "mainlog"}},
      {"RECV.LOG",
       {"RECV2026112509-1.LOG", "RECV2026112509-2.LOG", "RECV2026112509-10.LOG", "RECV2026112510-1.LOG",
        "RECV2026112600-1.LOG"}},
      {"RECV.LOG", {"RECV20261124-1.LOG", "RECV20261125-1.LOG"}},
      {"hmailserver.log", {"hmailserver_2026-11-24.log", "hmailserver_2026-11-25.log"}},
      {"smtpLog.log", {"2026.11.24-smtpLog.log", "2026.11.25-smtpLog.log"}},
      {"MDaemon-SMTP-(in).log",
       {"MDaemon-2026-11-24-SMTP-(in).log", "MDaemon-2026-11-25-SMTP-(in).log", "MDaemon-SMTP-(in).log"}},
      {"mail.log", {"mail-20261125.log.2", "mail-20261125.log.1.gz", "mail-20261125.log"}},
      {"journal.export", {"journal-2026-11-24.export.gz", "journal-2026-11-25.export"}},
      {".log", {"2026-11-24.log", "2026-11-25.log"}},
      {"archive.log", {"archive-20261001-20261007.log", "archive-20261008-20261014.log"}},
  };
  for (auto const& series : all) {
    std::string before;
    for (auto const name : series.from_the_oldest) {
      EXPECT_EQ(rotated_name(name).series, series.name) << name;
      EXPECT_LT(before, rotated_name(name).age) << name;
      before = rotated_name(name).age;
    }
  }
}

TEST(RotatedName, OtherNamesAreOfASeriesOfTheirOwn) {
  for (auto const* name : {"mail.err",
                           "archive.mbox",
                           "20261101",
                           "1",
                           ".1",
                           "mail-3.7.log",
                           "mail-3.7.1.log",
                           "postfix-3.7-tls-loglevel-0.log",
                           "mail-2026.log",
                           "mail-20261301.log",
                           "mail-20261132.log",
                           "mail-19991231.log",
                           "mail-2026112524.log",
                           "mail-120261101.log",
                           "mail-2026-13-01.log",
                           "mail-2026-11-32.log",
                           "2026.02.0x-smtpLog.log",
                           "2026",
                           "",
                           ".",
                           "..",
                           "-",
                           "mx-1.log"})
    EXPECT_EQ(rotated_name(name).series, name);
}

TEST(RotatedName, ACompressedCopyHasTheNameOfItsOriginal) {
  for (std::string const name : {"mail.log.1", "mail.log-20261101", "RECV2026112509-1.LOG", "mail.log"})
    for (auto const* ending : {".gz", ".xz", ".zst", ".bz2"})
      EXPECT_EQ(rotated_name(name + ending), rotated_name(name)) << name << ending;
}

}  // namespace
}  // namespace postern::tests

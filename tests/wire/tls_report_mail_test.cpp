#include "wire/tls_report_mail.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "support/zip_file.hpp"
#include "wire/gzip.hpp"

namespace postern::wire {
namespace {

std::string const a_report =
    R"({"organization-name":"Far","policies":[{"policy":{"policy-type":"sts","policy-domain":"x.example"},)"
    R"("summary":{"total-successful-session-count":5,"total-failure-session-count":0}}]})";

std::string mail_with(std::vector<std::string> const& parts) {
  std::string out =
      "From: a@far.example\r\nContent-Type: multipart/report; report-type=tlsrpt; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n";
  for (auto const& part : parts) out += "--b\r\n" + part + "\r\n";
  return out + "--b--\r\n";
}

std::string attachment(std::string const& type, std::string const& name, std::string const& content) {
  return "Content-Type: " + type + "\r\nContent-Disposition: attachment" +
         (name.empty() ? "" : "; filename=\"" + name + "\"") +
         "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64(content);
}

TEST(TlsReportMail, IsFoundByItsTypeItsNameOrHowItBegins) {
  std::string const mark = "\xEF\xBB\xBF";
  for (auto const& part : {attachment("application/tlsrpt+json", "", a_report),
                           attachment("application/tlsrpt+gzip", "", gzip(a_report)),
                           attachment("application/json", "", mark + a_report),
                           attachment("application/octet-stream", "far.example!x.example!1!2.json", a_report),
                           attachment("application/octet-stream", "FAR!1!2.JSON.GZ", gzip(a_report)),
                           attachment("application/octet-stream", "", " \r\n" + mark + a_report),
                           attachment("application/x-gzip", "report", gzip(mark + a_report + "\n")),
                           attachment("text/plain", "report.txt", a_report)}) {
    auto const found = find_tls_reports(mail_with({part}));
    EXPECT_TRUE(found.problems.empty()) << part;
    ASSERT_EQ(found.reports.size(), 1U) << part;
    EXPECT_EQ(found.reports[0].policies.at(0).successful, 5U);
  }
}

TEST(TlsReportMail, ADamagedAttachmentDoesNotHideTheOthers) {
  auto const found = find_tls_reports(mail_with(
      {attachment("application/tlsrpt+gzip", "", gzip(a_report).substr(0, 30)),
       attachment("application/tlsrpt+json", "", "{"), attachment("application/json", "", a_report)}));
  EXPECT_EQ(found.reports.size(), 1U);
  EXPECT_EQ(found.problems.size(), 2U);
}

std::string zipped(std::vector<tests::ZipMember> const& members) {
  std::string out;
  for (auto const& member : members) out += tests::zip_member(member);
  return out + tests::zip_end();
}

TEST(TlsReportMail, ArchivesHoldReportsAndMails) {
  auto const mail = mail_with({attachment("application/tlsrpt+gzip", "", gzip(a_report))});
  std::string const packed = gzip(a_report);
  auto const half = a_report.size() / 2;
  auto const members = gzip(a_report.substr(0, half)) + gzip(a_report.substr(half));
  for (auto const& [file, count] : std::vector<std::pair<std::string, std::size_t>>{
           {packed, 1},
           {packed + std::string(1000, '\0'), 1},
           {members, 1},
           {members + std::string(3, '\0'), 1},
           {gzip(packed), 1},
           {zipped({{.name = "a/", .content = ""}, {.name = "a/1.json", .content = a_report}}), 1},
           {zipped({{.name = "1.json.gz", .content = packed},
                    {.name = "2", .content = a_report, .form = tests::ZipForm::streamed},
                    {.name = "__MACOSX/._1.json", .content = "x"}}),
            2},
           {zipped({{.name = "1.eml", .content = mail}, {.name = "picture", .content = "\x89PNG\n\n{"}}), 1},
           {gzip(mail), 1}}) {
    for (auto const& holder : {file, mail_with({attachment("application/octet-stream", "x", file)})}) {
      auto const found = find_tls_reports(holder);
      EXPECT_EQ(found.reports.size(), count) << holder;
      EXPECT_TRUE(found.problems.empty()) << holder;
    }
  }
}

TEST(TlsReportMail, AnArchiveTellsWhatIsWrongWithItsReports) {
  auto const found = find_tls_reports(zipped({{.name = "1.json", .content = a_report, .flags = 1},
                                              {.name = "2.json", .content = "{"},
                                              {.name = "3.json", .content = a_report}}));
  EXPECT_EQ(found.reports.size(), 1U);
  ASSERT_EQ(found.problems.size(), 2U);
  EXPECT_NE(found.problems[0].find("\"1.json\" is encrypted"), std::string::npos);
}

TEST(TlsReportMail, AnArchiveInArchivesWithoutEndIsRefused) {
  std::string archive = a_report;
  for (int i = 0; i < 10; ++i)
    archive = i % 2 == 0 ? gzip(archive) : zipped({{.name = "x", .content = archive}});
  auto const found = find_tls_reports(archive);
  EXPECT_TRUE(found.reports.empty());
  EXPECT_EQ(found.problems.size(), 1U);
}

TEST(TlsReportMail, MayBeAttachedToAnotherMailOrLieInAnMbox) {
  auto const mail = mail_with({attachment("application/json", "", a_report)});
  std::string const forwarded =
      "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n" +
      mail + "\r\n--outer--\r\n";
  EXPECT_EQ(find_tls_reports(forwarded).reports.size(), 1U);
  std::string const from = "From tls@far.example Mon Nov 23 10:00:00 2026\r\n";
  std::string const other = from + "Subject: x\r\n\r\nhello\r\n\r\nFrom here on\r\n\r\n";
  auto const mbox = from + mail + "\r\n" + other + from + forwarded + "\r\n" + other;
  auto const found = find_tls_reports(mbox);
  EXPECT_EQ(found.reports.size(), 2U);
  EXPECT_TRUE(found.problems.empty());
  EXPECT_EQ(find_tls_reports(from + mail).reports.size(), 1U);
  for (auto const* none : {"From ", "From \n", "From x 10:00\n\nFrom y 10:00"}) {
    auto const nothing = find_tls_reports(none);
    EXPECT_TRUE(nothing.reports.empty());
    EXPECT_EQ(nothing.problems.size(), 1U);
  }
}

TEST(TlsReportMail, OtherAttachmentsAreNoProblemBesideAReport) {
  auto const picture = attachment("application/octet-stream", "x.gz", gzip("a picture"));
  EXPECT_TRUE(
      find_tls_reports(mail_with({picture, attachment("application/json", "", a_report)})).problems.empty());
  auto const alone = find_tls_reports(mail_with({picture}));
  EXPECT_TRUE(alone.reports.empty());
  EXPECT_EQ(alone.problems.size(), 1U) << "nothing found is told";
}

TEST(TlsReportMail, WhatHoldsNoReportIsTold) {
  for (auto const* text : {"", "hello", "From: a@b\n\nhello\n", "{", "{}", "  \n"}) {
    auto const found = find_tls_reports(text);
    EXPECT_TRUE(found.reports.empty()) << text;
    EXPECT_EQ(found.problems.size(), 1U) << text;
  }
  EXPECT_EQ(find_tls_reports("   " + a_report).reports.size(), 1U);
}

}  // namespace
}  // namespace postern::wire

#include "wire/tls_report_mail.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
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

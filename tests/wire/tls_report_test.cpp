#include "wire/tls_report.hpp"

#include <gtest/gtest.h>

#include "wire/gzip.hpp"
#include "wire/mime.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::wire {
namespace {

TEST(TlsrptRecord, NamesWhereReportsGo) {  // RFC 8460 section 3
  auto const found = parse_tlsrpt_record(
      {"v=spf1 -all", "v=TLSRPTv1; rua=mailto:tls@example.org, https://example.org/tls,ftp://example.org"});
  EXPECT_EQ(*found, (std::vector<std::string>{"mailto:tls@example.org", "https://example.org/tls"}));
  EXPECT_EQ(parse_tlsrpt_record({"v=TLSRPTv1;rua=mailto:a@b.example;"})->size(), 1U);
  for (auto const& records : std::vector<std::vector<std::string>>{
           {},
           {"v=TLSRPTv1"},
           {"v=TLSRPTv1; rua="},
           {"v=TLSRPTv12; rua=mailto:a@b.example"},
           {"v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@b.example"}})
    EXPECT_FALSE(parse_tlsrpt_record(records));
}

TlsReport make_report() {
  TlsReport report;
  report.organization = "mx.example.org";
  report.contact = "postmaster@mx.example.org";
  report.id = "id1";
  report.start = "2026-11-23T00:00:00Z";
  report.end = "2026-11-23T23:59:59Z";
  report.policies.push_back(
      {"sts",
       {"version: STSv1", "mode: enforce"},
       "far.example",
       {"*.far.example"},
       7,
       2,
       {{"certificate-expired", "", "mx.far.example", "192.0.2.1", 2, "it has \"expired\""}}});
  report.policies.push_back({"no-policy-found", {}, "far.example", {}, 1, 0, {}});
  return report;
}

TEST(TlsReport, RoundTrips) {
  auto const text = print(make_report());
  auto const read = parse_tls_report(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(print(*read), text);
  EXPECT_EQ(read->policies[0].failures[0].reason, "it has \"expired\"");
  EXPECT_NE(text.find("\"total-failure-session-count\":2"), std::string::npos);
}

TEST(TlsReport, ReadsWhatOthersWrite) {
  auto const read = parse_tls_report(
      R"({"organization-name":"Big","policies":[{"policy":{"policy-type":"tlsa","policy-string":"3 1 1 AB",
      "policy-domain":"x.example","mx-host":"mx.x.example"},"summary":{"total-successful-session-count":3,
      "total-failure-session-count":-1},"failure-details":[{"failed-session-count":"many"}, 7]}, null]})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->policies[0].policy, std::vector<std::string>{"3 1 1 AB"});
  EXPECT_EQ(read->policies[0].mx_hosts, std::vector<std::string>{"mx.x.example"});
  EXPECT_EQ(read->policies[0].failed, 0U);
  EXPECT_EQ(read->policies.size(), 2U);
  EXPECT_EQ(read->unread, (std::vector<std::string>{"failed-session-count is not a count: \"many\"",
                                                    "a failure has no failed-session-count",
                                                    "total-failure-session-count is not a count: -1",
                                                    "a policy has no summary, and so no count of sessions"}));
  for (auto const* text : {"", "[]", "{", "{}", "{\"policies\":{}}"})
    EXPECT_FALSE(parse_tls_report(text)) << text;
  EXPECT_FALSE(parse_tls_report(std::string(100, '[')));
}

std::string report_with(std::string const& successful) {
  return R"({"policies":[{"policy":{"policy-type":"sts","policy-domain":"x.example"},)"
         R"("summary":{"total-successful-session-count":)" +
         successful + R"(,"total-failure-session-count":1}}]})";
}

TEST(TlsReport, ReadsEveryWayInWhichACountIsWritten) {
  for (auto const* five : {"5", "\"5\"", "\" 5 \"", "5.0", "5e0", "\"05\""}) {
    auto const read = parse_tls_report(report_with(five));
    ASSERT_TRUE(read) << five;
    EXPECT_EQ(read->policies.at(0).successful, 5U) << five;
    EXPECT_TRUE(read->unread.empty()) << five;
  }
}

TEST(TlsReport, TellsOfEveryCountThatIsNone) {
  for (auto const* none : {"null", "-5", "5.5", "1e40", "true", "[]", "{}", "\"\"", "\"-5\"", "\"5 of 6\"",
                           "\"0x5\"", "\"99999999999999999999\"", "99999999999999999999"}) {
    auto const read = parse_tls_report(report_with(none));
    ASSERT_TRUE(read) << none;
    EXPECT_EQ(read->policies.at(0).successful, 0U) << none;
    EXPECT_EQ(read->policies.at(0).failed, 1U) << none;
    EXPECT_EQ(read->unread.size(), 1U) << none;
  }
}

TEST(TlsReport, TakesOneOfTheTwoCountsThatIsLeftOutForNothing) {
  auto const read =
      parse_tls_report(R"({"policies":[{"summary":{"total-successful-session-count":5}},)"
                       R"({"summary":{"total-successful-session-count":0},)"
                       R"("failure-details":[{"failed-session-count":2},{"failed-session-count":3}]}]})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->unread.empty());
  EXPECT_EQ(read->policies.at(0).failed, 0U);
  EXPECT_EQ(read->policies.at(1).successful, 0U);
  EXPECT_EQ(read->policies.at(1).failed, 5U) << "the sum of its details";
}

TEST(TlsReport, TellsOfASummaryWithoutCountsAndCountsTheFailuresThatItLists) {
  for (auto const* summary :
       {"{}", "null", "[]", "7", R"({"total":3})", R"({"total-failure-session-count":null})"}) {
    auto const read =
        parse_tls_report(R"({"policies":[{"failure-details":[{"failed-session-count":2}],"summary":)" +
                         std::string(summary) + "}]}");
    ASSERT_TRUE(read) << summary;
    EXPECT_EQ(read->unread.size(), 1U) << summary;
    EXPECT_EQ(read->policies.at(0).failed, 2U) << summary;
  }
}

TEST(TlsReport, MayHaveAnObjectForAListAndAListOfOneForAnObject) {
  auto const read = parse_tls_report(
      R"({"report-id":17,"date-range":[{"start-datetime":"2026-11-23T00:00:00Z"}],"policies":{)"
      R"("policy":[{"policy-domain":"x.example"}],"summary":[{"total-failure-session-count":3}],)"
      R"("failure-details":{"result-type":"certificate-expired","failed-session-count":3,)"
      R"("failure-reason-code":10}}})");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->unread.empty());
  EXPECT_EQ(read->id, "17");
  EXPECT_EQ(read->start, "2026-11-23T00:00:00Z");
  ASSERT_EQ(read->policies.size(), 1U);
  EXPECT_EQ(read->policies[0].domain, "x.example");
  EXPECT_EQ(read->policies[0].failed, 3U);
  ASSERT_EQ(read->policies[0].failures.size(), 1U);
  EXPECT_EQ(read->policies[0].failures[0].result, "certificate-expired");
  EXPECT_EQ(read->policies[0].failures[0].reason, "10");
}

TEST(TlsReport, TellsOfFailureDetailsThatAreNone) {
  for (auto const* details : {"7", "\"none\"", "true", "{}", "null", "[]"}) {
    auto const read = parse_tls_report(
        R"({"policies":[{"summary":{"total-successful-session-count":1},"failure-details":)" +
        std::string(details) + "}]}");
    ASSERT_TRUE(read) << details;
    bool const says_none = details[0] == '{' || details[0] == '[' || details[0] == 'n';
    EXPECT_EQ(read->unread.size(), says_none ? 0U : 1U) << details;
  }
}

TEST(TlsReport, MayHaveAMarkAndWhiteSpaceAroundIt) {
  std::string const blanks(70, ' ');
  for (auto const& before :
       {std::string(), blanks, std::string("\xEF\xBB\xBF"), "\r\n" + blanks + "\xEF\xBB\xBF\n\t"})
    for (auto const& after : {std::string(), blanks, std::string("\r\n\t\n")}) {
      std::string const text = before + report_with("5") + after;
      EXPECT_TRUE(looks_like_json(text));
      auto const read = parse_tls_report(text);
      ASSERT_TRUE(read) << text;
      EXPECT_EQ(read->policies.at(0).successful, 5U);
    }
  EXPECT_FALSE(looks_like_json("From: {"));
  EXPECT_FALSE(looks_like_json(""));
}

TEST(TlsReport, DoesNotTellOfEverythingWithoutEnd) {
  std::string policies = "null";
  for (int i = 0; i < 1000; ++i) policies += ",null";
  auto const read = parse_tls_report("{\"policies\":[" + policies + "]}");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->unread.size(), 21U);
  EXPECT_EQ(read->unread.back(), "there is more that cannot be read");
}

TEST(Gzip, ComesBackAndIsBounded) {
  std::string const text(100'000, 'x');
  auto const small = gzip(text);
  EXPECT_TRUE(is_gzip(small));
  EXPECT_LT(small.size(), 1000U);
  EXPECT_EQ(gunzip(small, text.size()), text);
  EXPECT_FALSE(gunzip(small, text.size() - 1));
  EXPECT_FALSE(gunzip(small.substr(0, small.size() - 1), text.size()));
  EXPECT_FALSE(gunzip("no", 100));
}

TEST(Mime, FindsTheLeaves) {
  auto const parts = mime_leaves(
      "Subject: x\nContent-Type: multipart/report; report-type=\"tlsrpt\";\n boundary=\"b 1\"\n\nprologue\n"
      "--b 1\nContent-Type: text/plain\n\nhello\n"
      "--b 1\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\ncontent-transfer-encoding: "
      "quoted-printable\r\n\r\na=3Db=\r\nc\r\n--in--\r\n"
      "--b 1\nContent-Type: Application/TLSRPT+gzip; name=x\nContent-Transfer-Encoding: "
      "BASE64\n\naGVs\nbG8=\n--b 1--\nepilogue");
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].content, "hello\n");
  EXPECT_EQ(parts[1].content, "a=bc\r\n");
  EXPECT_EQ(parts[2].type, "application/tlsrpt+gzip");
  EXPECT_EQ(parts[2].content, "hello");
  EXPECT_EQ(parts[2].file_name, "x");
  EXPECT_EQ(mime_leaves("").size(), 1U);
}

TEST(Mime, FindsTheNameOfAnAttachmentHoweverItIsWritten) {  // RFC 2183 section 2.3, RFC 2231 section 3
  auto const name = [](std::string const& fields) { return mime_leaves(fields + "\n\nx").at(0).file_name; };
  EXPECT_EQ(name("X: y"), "");
  EXPECT_EQ(name("Content-Type: application/json; name=a.json"), "a.json");
  EXPECT_EQ(name("Content-Disposition: attachment; filename=\"a!b!1!2.json\""), "a!b!1!2.json");
  EXPECT_EQ(name("Content-Disposition: attachment;\n filename*0=\"a!b\";\n filename*1=\"!1.json\""),
            "a!b!1.json");
  EXPECT_EQ(name("Content-Disposition: attachment; filename*=utf-8''a.json"), "utf-8''a.json");
  EXPECT_EQ(name("Content-Disposition: attachment; filename=a\nContent-Type: text/plain; name=b"), "a");
  EXPECT_EQ(name("Content-Type: text/plain; name=b\nContent-Disposition: attachment; filename=a"), "a");
}

}  // namespace
}  // namespace postern::wire

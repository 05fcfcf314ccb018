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
  TlsReport report{"mx.example.org",       "postmaster@mx.example.org", "id1",
                   "2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z",      {}};
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
  for (auto const* text : {"", "[]", "{", "{}", "{\"policies\":{}}"})
    EXPECT_FALSE(parse_tls_report(text)) << text;
  EXPECT_FALSE(parse_tls_report(std::string(100, '[')));
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
  EXPECT_EQ(mime_leaves("").size(), 1U);
}

}  // namespace
}  // namespace postern::wire

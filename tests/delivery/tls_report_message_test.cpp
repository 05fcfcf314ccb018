#include "delivery/tls_report_message.hpp"

#include <gtest/gtest.h>

#include "base/base64.hpp"
#include "support/example_policy.hpp"
#include "wire/content_intake.hpp"

namespace postern::delivery {
namespace {

class TlsReportMessage : public testing::Test {
 protected:
  TlsReportMessage() {
    report.id = "2026-01-31.far.example@mx.example.org";
    report.start = "2026-01-31T00:00:00Z";
    report.end = "2026-01-31T23:59:59Z";
  }
  ReportMessage make(std::string const& compressed) const {
    return make_tls_report_message({.report = report,
                                    .compressed = compressed,
                                    .domain = "far.example",
                                    .hostname = "mx.example.org",
                                    .file_name = "mx.example.org!far.example!1!2!9.json.gz",
                                    .to = tests::address("tls@far.example"),
                                    .id = MessageId{9},
                                    .now = from_micros(0)});
  }
  wire::TlsReport report;
};

TEST_F(TlsReportMessage, SaysInItsHeaderWhatItIsAbout) {  // RFC 8460 section 5.3
  auto const message = make("bytes");
  for (auto const* field :
       {"To: <tls@far.example>\r\n", "Subject: Report Domain: far.example\r\n Submitter: mx.example.org\r\n",
        "Report-ID: <2026-01-31.far.example@mx.example.org>\r\n", "\r\nTLS-Report-Domain: far.example\r\n",
        "\r\nTLS-Report-Submitter: mx.example.org\r\n", "report-type=\"tlsrpt\"",
        "filename=\"mx.example.org!far.example!1!2!9.json.gz\"\r\n"})
    EXPECT_NE(message.content.find(field), std::string::npos) << field;
}

TEST_F(TlsReportMessage, IsNotHeldUpByWhatItReports) {  // RFC 8460 section 3
  auto const message = make("bytes");
  EXPECT_NE(message.content.find("\r\nTLS-Required: No\r\n"), std::string::npos);
  EXPECT_TRUE(wire::take_in(message.content, wire::Body::seven_bit).traits.tls_optional);
  EXPECT_FALSE(message.envelope.reverse_path);
}

TEST_F(TlsReportMessage, CarriesTheReportInLinesOfBase64) {  // RFC 2045 section 6.8
  std::string const compressed(1000, 'z');
  auto const content = make(compressed).content;
  constexpr std::string_view before = ".json.gz\"\r\n\r\n";
  auto from = content.find(before);
  ASSERT_NE(from, std::string::npos);
  from += before.size();
  std::string joined;
  for (auto end = content.find("\r\n", from); content.compare(from, 2, "--") != 0;
       end = content.find("\r\n", from)) {
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - from, 76U);
    joined += content.substr(from, end - from);
    from = end + 2;
  }
  EXPECT_EQ(joined, base64(compressed));
}

}  // namespace
}  // namespace postern::delivery

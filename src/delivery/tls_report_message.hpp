// The mail that carries a report about TLS (RFC 8460 section 5.3). Pure.
#pragma once

#include <string>

#include "base/address.hpp"
#include "base/instant.hpp"
#include "delivery/report_message.hpp"
#include "wire/tls_report.hpp"

namespace postern::delivery {

struct TlsReportMail {
  wire::TlsReport const& report;
  std::string compressed;  // the report, printed, as gzip
  std::string domain;
  std::string hostname;
  std::string file_name;  // RFC 8460 section 5.1
  Address to;
  MessageId id;
  Instant now;
};

ReportMessage make_tls_report_message(TlsReportMail const& mail);

}  // namespace postern::delivery

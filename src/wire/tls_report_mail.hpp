// The reports about TLS that a file holds: one as JSON, or those that a mail or the mails of an mbox carry
// (RFC 8460 section 5.3, 6.4), also packed with gzip or zip, and in mails that are attached to others.
// Bounds: five such things within each other, 16 MiB each and 256 MiB in all when unpacked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/tls_report.hpp"

namespace postern::wire {

struct FoundReports {
  std::vector<TlsReport> reports;
  std::vector<std::string> problems;  // phrases: why there are no more
};

// An attachment, or a file in an archive, is taken for a report by its type, by its name, or by how it
// begins: many programs send "application/octet-stream". When there is no report there is a problem.
FoundReports find_tls_reports(std::string_view text);

}  // namespace postern::wire

#include "wire/tls_report_mail.hpp"

#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "wire/gzip.hpp"
#include "wire/mime.hpp"

namespace postern::wire {
namespace {

bool is_declared(MimePart const& part) {  // RFC 8460 section 6.4, 6.5
  return istarts_with(part.type, "application/tlsrpt") || part.type == "application/json" ||
         lowered(part.file_name).find(".json") != std::string::npos;
}

Result<TlsReport, std::string> parse_part(std::string_view content) {
  if (!is_gzip(content)) return parse_tls_report(content);
  auto const text = gunzip(content, tls_report_limit);
  if (!text) return fail(std::string("its attachment is damaged, or too large"));
  return parse_tls_report(*text);
}

}  // namespace

FoundReports find_tls_reports(std::string_view text) {
  FoundReports found;
  if (looks_like_json(text)) {
    auto report = parse_tls_report(text);
    if (report)
      found.reports.push_back(std::move(*report));
    else
      found.problems.push_back(report.error());
    return found;
  }
  std::optional<std::string> of_others;  // what is wrong with parts that need not be reports
  for (auto const& part : mime_leaves(text)) {
    bool const declared = is_declared(part);
    if (!declared && !is_gzip(part.content) && !looks_like_json(part.content)) continue;
    auto report = parse_part(part.content);
    if (report)
      found.reports.push_back(std::move(*report));
    else if (declared)
      found.problems.push_back(report.error());
    else
      of_others = report.error();
  }
  if (found.reports.empty() && found.problems.empty())
    found.problems.push_back(of_others.value_or("neither a TLS report in JSON, nor a mail that carries one"));
  return found;
}

}  // namespace postern::wire

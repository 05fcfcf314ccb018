#include "delivery/tls_report_message.hpp"

#include "base/base64.hpp"
#include "wire/date_time.hpp"

namespace postern::delivery {
namespace {

std::string base64_lines(std::string_view bytes) {  // RFC 2045 section 6.8
  std::string const text = base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 76) out += text.substr(at, 76) + "\r\n";
  return out;
}

}  // namespace

ReportMessage make_tls_report_message(TlsReportMail const& mail) {
  std::string const boundary = "=_" + mail.id.print();
  std::string out;
  out += "From: TLS reports <postmaster@" + mail.hostname + ">\r\n";
  out += "To: <" + mail.to.print() + ">\r\n";
  out += "Subject: Report Domain: " + mail.domain + "\r\n Submitter: " + mail.hostname + "\r\n Report-ID: <" +
         mail.report.id + ">\r\n";
  out += "Date: " + wire::print_date_time(mail.now) + "\r\n";
  out += "Message-ID: <" + mail.id.print() + "@" + mail.hostname + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";  // RFC 3834 section 5
  out += "TLS-Report-Domain: " + mail.domain + "\r\nTLS-Report-Submitter: " + mail.hostname + "\r\n";
  // RFC 8460 section 3: what keeps mail away must not keep the report about it away.
  out += "TLS-Required: No\r\n";
  out += "Content-Type: multipart/report; report-type=\"tlsrpt\"; boundary=\"" + boundary + "\"\r\n\r\n";
  out += "--" + boundary + "\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n";
  out += "This is a report about TLS (RFC 8460) on connections from " + mail.hostname +
         "\r\nto the mail hosts of " + mail.domain + ", from " + mail.report.start + "\r\nto " +
         mail.report.end + ".\r\n\r\n";
  out +=
      "--" + boundary + "\r\nContent-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n";
  out += "Content-Disposition: attachment; filename=\"" + mail.file_name + "\"\r\n\r\n";
  out += base64_lines(mail.compressed) + "--" + boundary + "--\r\n";
  ReportMessage message;
  message.content = std::move(out);
  message.envelope.arrived = mail.now;
  message.envelope.recipients.push_back({mail.to, {}, {}, {}, {}, 0, mail.now, {}});
  return message;
}

}  // namespace postern::delivery

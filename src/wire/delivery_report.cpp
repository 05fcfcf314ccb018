#include "wire/delivery_report.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/date_time.hpp"
#include "wire/esmtp_parameters.hpp"

namespace postern::wire {
namespace {

std::string_view subject(Action action) {
  switch (action) {
    case Action::failed: return "Your message could not be delivered";
    case Action::delayed: return "Your message is delayed";
    case Action::delivered: return "Your message has been delivered";
    case Action::relayed: return "Your message has been passed on";
  }
  return {};
}

std::string_view introduction(Action action) {
  switch (action) {
    case Action::failed:
      return "Your message could not be delivered to the recipients below. It will not be tried again.\r\n";
    case Action::delayed:
      return "Your message could not be delivered yet to the recipients below. It is tried again and "
             "again;\r\n"
             "you need not send it again.\r\n";
    case Action::delivered:
      return "Your message has been delivered to the recipients below, as you asked to be told.\r\n";
    case Action::relayed:
      return "Your message has been passed on to the mail servers of the recipients below. These do not "
             "tell\r\n"
             "whether they deliver it: this is the last notice.\r\n";
  }
  return {};
}

std::string one_line(std::string_view text) {
  std::string out(text.substr(0, 900));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return out;
}

std::string typed_address(Address const& address) {  // RFC 3464 section 2.1.2, RFC 6533 section 3
  return (address.needs_smtputf8() ? "utf-8; " : "rfc822; ") + one_line(address.print());
}

std::string explanation(DeliveryReport const& report) {
  std::string out = "This is the mail system at " + report.reporting_mta + ".\r\n\r\n";
  out += introduction(report.action);
  for (auto const& r : report.recipients) {
    out += "\r\n<" + one_line(r.recipient.address.print()) + ">";
    if (!r.recipient.original.empty()) out += " (you wrote to <" + one_line(r.recipient.original) + ">)";
    if (!r.diagnostic.empty()) out += ":\r\n    " + one_line(r.diagnostic);
    out += "\r\n";
  }
  return out;
}

std::string status_fields(DeliveryReport const& report) {
  std::string out;
  if (auto const envid = decode_xtext(report.envid); envid && !envid->empty())
    out += "Original-Envelope-Id: " + one_line(*envid) + "\r\n";
  out += "Reporting-MTA: dns; " + report.reporting_mta + "\r\n";
  out += "Arrival-Date: " + print_date_time(report.arrived) + "\r\n";
  for (auto const& r : report.recipients) {
    out += "\r\n";
    if (auto const semicolon = r.recipient.orcpt.find(';'); semicolon != std::string::npos) {
      auto const decoded = decode_xtext(std::string_view(r.recipient.orcpt).substr(semicolon + 1));
      out += "Original-Recipient: " + r.recipient.orcpt.substr(0, semicolon) + "; " +
             one_line(decoded.value_or("")) + "\r\n";
    }
    out += "Final-Recipient: " + typed_address(r.recipient.address) + "\r\n";
    out += "Action: " + std::string(print(report.action)) + "\r\n";
    out += "Status: " + r.status.print() + "\r\n";
    if (!r.remote_mta.empty()) out += "Remote-MTA: dns; " + one_line(r.remote_mta) + "\r\n";
    if (!r.diagnostic.empty()) out += "Diagnostic-Code: smtp; " + one_line(r.diagnostic) + "\r\n";
    out += "Last-Attempt-Date: " + print_date_time(report.now) + "\r\n";
    if (report.action == Action::delayed)  // RFC 3464 section 2.3.9
      out += "Will-Retry-Until: " + print_date_time(report.retry_until) + "\r\n";
  }
  return out;
}

std::string_view header_section_of(std::string_view message) {
  auto const blank = message.find("\r\n\r\n");
  return blank == std::string_view::npos ? message : message.substr(0, blank + 2);
}

}  // namespace

std::string_view print(Action action) {
  switch (action) {
    case Action::failed: return "failed";
    case Action::delayed: return "delayed";
    case Action::delivered: return "delivered";
    case Action::relayed: return "relayed";
  }
  return {};
}

bool needs_smtputf8(DeliveryReport const& report) {
  return (report.to && report.to->needs_smtputf8()) ||
         std::any_of(report.recipients.begin(), report.recipients.end(),
                     [](auto const& r) { return r.recipient.address.needs_smtputf8(); });
}

std::string print(DeliveryReport const& report) {
  bool const utf8 = needs_smtputf8(report);
  std::string const boundary = "=_postern_" + report.id;
  auto const part = [&](std::string_view type) {
    return "\r\n--" + boundary + "\r\nContent-Type: " + std::string(type) + "\r\n";
  };
  std::string out;
  out += "From: Mail Delivery System <postmaster@" + report.reporting_mta + ">\r\n";
  out += "To: <" + one_line(report.to ? report.to->print() : std::string()) + ">\r\n";
  out += "Subject: " + std::string(subject(report.action));
  out += "\r\nDate: " + print_date_time(report.now) + "\r\n";
  out += "Message-ID: <" + report.id + "@" + report.reporting_mta + ">\r\n";
  out += "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n";  // RFC 3834 section 5
  out += "Content-Type: multipart/report; report-type=";
  out += utf8 ? "global-delivery-status" : "delivery-status";
  out += ";\r\n\tboundary=\"" + boundary + "\"\r\nContent-Transfer-Encoding: 8bit\r\n";
  out += part("text/plain; charset=utf-8") + "Content-Transfer-Encoding: 8bit\r\n\r\n" + explanation(report);
  out += part(utf8 ? "message/global-delivery-status" : "message/delivery-status");
  out += utf8 ? "Content-Transfer-Encoding: 8bit\r\n\r\n" : "\r\n";
  out += status_fields(report);
  if (report.with_content)
    out += part(utf8 ? "message/global" : "message/rfc822");
  else
    out += part(utf8 ? "message/global-headers" : "text/rfc822-headers");
  out += "Content-Transfer-Encoding: 8bit\r\n\r\n";
  out += report.with_content ? std::string_view(report.original) : header_section_of(report.original);
  out += "\r\n--" + boundary + "--\r\n";
  return out;
}

}  // namespace postern::wire

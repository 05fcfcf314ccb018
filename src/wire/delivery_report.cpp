#include "wire/delivery_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "wire/bare_newlines.hpp"
#include "wire/date_time.hpp"
#include "wire/esmtp_parameters.hpp"
#include "wire/quoted_printable.hpp"
#include "wire/seven_bit.hpp"

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

std::uint32_t first_code_point(std::string_view utf8) {
  auto const first = static_cast<unsigned char>(utf8.front());
  std::uint32_t point = first;
  if (first >= 0xF0)
    point = first & 0x07U;
  else if (first >= 0xE0)
    point = first & 0x0FU;
  else if (first >= 0xC0)
    point = first & 0x1FU;
  for (char const c : utf8.substr(1)) point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return point;
}

// RFC 6533 section 3: utf-8-addr-xtext, in which "\x{E4}" stands for a character that is not ASCII.
std::string utf8_address_xtext(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
    char const c = text.front();
    if (c > ' ' && c < 0x7F && c != '\\' && c != '+' && c != '=') {
      out += c;
      length = 1;
    } else {
      std::array<char, 16> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x{%X}",
                    static_cast<unsigned>(first_code_point(text.substr(0, length))));
      out += escape.data();
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string typed_address(Address const& address, bool utf8) {  // RFC 3464 section 2.1.2, RFC 6533 section 3
  auto const text = one_line(address.print());
  if (!address.needs_smtputf8()) return "rfc822; " + text;
  return "utf-8; " + (utf8 || !is_utf8(text) ? text : utf8_address_xtext(text));
}

std::string explanation(DeliveryReport const& report, std::string_view left_out) {
  std::string out = "This is the mail system at " + report.reporting_mta + ".\r\n\r\n";
  out += introduction(report.action);
  for (auto const& r : report.recipients) {
    out += "\r\n<" + one_line(r.recipient.address.print()) + ">";
    if (!r.recipient.original.empty()) out += " (you wrote to <" + one_line(r.recipient.original) + ">)";
    if (!r.diagnostic.empty()) out += ":\r\n    " + one_line(r.diagnostic);
    out += "\r\n";
  }
  if (!left_out.empty())
    out += "\r\nOnly the header section of your message is returned:\r\n" + one_line(left_out) + ".\r\n";
  return out;
}

// Under a content type that is ASCII by definition each byte that is not becomes a question mark.
std::string ascii_only(std::string text) {
  std::replace_if(text.begin(), text.end(), is_8bit, '?');
  return text;
}

std::string status_fields(DeliveryReport const& report, bool utf8) {
  std::string out;
  if (auto const envid = decode_xtext(report.envid); envid && !envid->empty())
    out += "Original-Envelope-Id: " + one_line(*envid) + "\r\n";
  out += "Reporting-MTA: dns; " + report.reporting_mta + "\r\n";
  out += "Arrival-Date: " + print_date_time(report.arrived) + "\r\n";
  for (auto const& r : report.recipients) {
    out += "\r\n";
    if (auto const semicolon = r.recipient.orcpt.find(';'); semicolon != std::string::npos) {
      auto const decoded = decode_xtext(std::string_view(r.recipient.orcpt).substr(semicolon + 1));
      out += "Original-Recipient: " + one_line(r.recipient.orcpt.substr(0, semicolon)) + "; " +
             one_line(decoded.value_or("")) + "\r\n";
    }
    out += "Final-Recipient: " + typed_address(r.recipient.address, utf8) + "\r\n";
    out += "Action: " + std::string(print(report.action)) + "\r\n";
    out += "Status: " + r.status.print() + "\r\n";
    if (!r.remote_mta.empty()) out += "Remote-MTA: dns; " + one_line(r.remote_mta) + "\r\n";
    if (!r.diagnostic.empty()) out += "Diagnostic-Code: smtp; " + one_line(r.diagnostic) + "\r\n";
    out += "Last-Attempt-Date: " + print_date_time(report.now) + "\r\n";
    if (report.action == Action::delayed)  // RFC 3464 section 2.3.9
      out += "Will-Retry-Until: " + print_date_time(report.retry_until) + "\r\n";
  }
  return utf8 ? out : ascii_only(std::move(out));
}

std::string with_crlf(std::string_view text) {
  NewlineNormalizer newlines;
  std::string out;
  newlines.feed(text, out);
  newlines.finish(out);
  return out;
}

std::string_view header_section_of(std::string_view message) {
  if (message.substr(0, 2) == "\r\n") return {};
  auto const blank = message.find("\r\n\r\n");
  return blank == std::string_view::npos ? message : message.substr(0, blank + 2);
}

// A part's fields that say how it is encoded, the empty line, and the text.
std::string encoded(std::string_view text) {
  if (is_ascii(text)) return "\r\n" + std::string(text);
  return "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(text);
}

struct ReturnedMessage {
  std::string type;
  std::string text;      // of the part, behind its Content-Type
  std::string left_out;  // why it is not the whole message; may be empty
};

ReturnedMessage returned_message(DeliveryReport const& report, bool utf8) {
  auto const original = with_crlf(report.original);
  auto const header = header_section_of(original);
  if (utf8)
    return {.type = report.with_content ? "message/global" : "message/global-headers",
            .text = "Content-Transfer-Encoding: 8bit\r\n\r\n" +
                    std::string(report.with_content ? std::string_view(original) : header),
            .left_out = report.left_out};
  if (!report.with_content)
    return {.type = "text/rfc822-headers", .text = encoded(header), .left_out = report.left_out};
  if (auto const plain = to_seven_bit(original))
    return {.type = "message/rfc822", .text = "\r\n" + *plain, .left_out = {}};
  return {.type = "text/rfc822-headers",
          .text = encoded(header),
          .left_out = "its text has characters that cannot be encoded for every server on the way"};
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

bool needs_smtputf8(DeliveryReport const& report) { return report.to && report.to->needs_smtputf8(); }

std::string print(DeliveryReport const& report) {
  bool const utf8 = needs_smtputf8(report);
  auto const returned = returned_message(report, utf8);
  auto const text = explanation(report, returned.left_out);
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
  out += ";\r\n\tboundary=\"" + boundary + "\"\r\n";
  if (utf8) out += "Content-Transfer-Encoding: 8bit\r\n";
  out += part("text/plain; charset=utf-8");
  out += utf8 ? "Content-Transfer-Encoding: 8bit\r\n\r\n" + text : encoded(text);
  out += part(utf8 ? "message/global-delivery-status" : "message/delivery-status");
  out += utf8 ? "Content-Transfer-Encoding: 8bit\r\n\r\n" : "\r\n";
  out += status_fields(report, utf8);
  out += part(returned.type) + returned.text;
  out += "\r\n--" + boundary + "--\r\n";
  return out;
}

}  // namespace postern::wire

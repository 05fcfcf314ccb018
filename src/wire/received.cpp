#include "wire/received.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "wire/date_time.hpp"

namespace postern::wire {
namespace {

// What stands where a host name or atom is due: nothing that could open a comment, end the field or fold it,
// and ASCII, so that the field never makes a message need SMTPUTF8.
std::string harmless(std::string_view text) {
  std::string out(text.substr(0, 255));
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return c <= ' ' || c == 0x7F || is_8bit(c) ||
               std::string_view("()<>;\\\"").find(c) != std::string_view::npos;
      },
      '?');
  return out.empty() ? "unknown" : out;
}

}  // namespace

std::string with_protocol(WithProtocol how) {  // RFC 3848, RFC 6531 section 4.3
  if (!how.smtputf8 && !how.extended) return "SMTP";
  std::string out = how.smtputf8 ? "UTF8SMTP" : "ESMTP";
  if (how.tls) out += 'S';
  if (how.login) out += 'A';
  return out;
}

std::string print_local_received(std::string const& by, std::uint32_t user, std::string const& id,
                                 Instant at) {
  return "Received: by " + by + " (Postern, from userid " + std::to_string(user) + ")\r\n\tid " + id +
         ";\r\n\t" + print_date_time(at) + "\r\n";
}

std::string print(Received const& r) {
  std::string out = "Received: from " + harmless(r.helo) + " (";
  out += (r.verified_name.empty() ? "unknown" : harmless(r.verified_name)) + " " + r.client.print_literal() +
         ")";
  if (r.over_tls) {
    out += "\r\n\t(using " + r.tls.version + " with cipher " + r.tls.cipher;
    if (!r.tls.group.empty()) out += " group " + r.tls.group;
    out += ";\r\n\t " + r.tls.client_certificate + ")";
  }
  out += "\r\n\tby " + r.by + " (Postern) with " + r.protocol + " id " + r.id;
  if (!r.for_recipient.empty() && is_ascii(r.for_recipient)) out += "\r\n\tfor <" + r.for_recipient + ">";
  if (r.over_tls) out += "\r\n\ttls " + r.tls.cipher;  // RFC 8314 section 4.3: behind the other clauses
  return out + ";\r\n\t" + print_date_time(r.at) + "\r\n";
}

}  // namespace postern::wire

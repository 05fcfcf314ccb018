#include "wire/extensions.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

template <class N>
N number(std::string_view text) {
  N value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : N{0};
}

template <class Take>
void for_each_word(std::string_view text, Take take) {
  Cursor at(text);
  while (!at.at_end()) {
    at.take_while(is_blank);
    auto const word = at.take_while([](char c) { return !is_blank(c); });
    if (!word.empty()) take(word);
  }
}

void take_limit(PeerExtensions& e, std::string_view word) {
  auto const equals = word.find('=');
  if (equals == std::string_view::npos) return;
  auto const value = number<std::uint32_t>(word.substr(equals + 1));
  if (iequals(word.substr(0, equals), "RCPTMAX")) e.max_recipients = value;
  if (iequals(word.substr(0, equals), "MAILMAX")) e.max_mails = value;
}

void take_mechanism(PeerExtensions& e, std::string_view word) {
  e.auth_plain = e.auth_plain || iequals(word, "PLAIN");
  e.auth_login = e.auth_login || iequals(word, "LOGIN");
}

void take_line(PeerExtensions& e, std::string_view line) {
  line = trimmed(line);
  auto const end = std::min(line.find_first_of(" ="), line.size());  // "AUTH=LOGIN" is how old servers say it
  auto const keyword = line.substr(0, end);
  auto const rest = line.substr(std::min(end + 1, line.size()));
  if (iequals(keyword, "PIPELINING")) e.pipelining = true;    // RFC 2920 section 2
  if (iequals(keyword, "STARTTLS")) e.starttls = true;        // RFC 3207 section 2
  if (iequals(keyword, "REQUIRETLS")) e.requiretls = true;    // RFC 8689 section 2
  if (iequals(keyword, "8BITMIME")) e.eight_bit_mime = true;  // RFC 6152 section 2
  if (iequals(keyword, "SMTPUTF8")) e.smtputf8 = true;        // RFC 6531 section 3.1
  if (iequals(keyword, "CHUNKING")) e.chunking = true;        // RFC 3030 section 2
  if (iequals(keyword, "BINARYMIME")) e.binary_mime = true;   // RFC 3030 section 3
  if (iequals(keyword, "DSN")) e.dsn = true;                  // RFC 3461 section 4
  if (iequals(keyword, "SIZE")) {                             // RFC 1870 section 4
    e.size = true;
    e.size_limit = number<std::uint64_t>(trimmed(rest));
  }
  if (iequals(keyword, "LIMITS")) for_each_word(rest, [&](auto word) { take_limit(e, word); });
  if (iequals(keyword, "AUTH")) for_each_word(rest, [&](auto word) { take_mechanism(e, word); });
}

}  // namespace

PeerExtensions parse_extensions(std::string_view text) {
  PeerExtensions extensions;
  for (auto at = text.find('\n'); at != std::string_view::npos;) {
    auto const end = text.find('\n', at + 1);
    take_line(extensions, text.substr(at + 1, end - at - 1));
    at = end;
  }
  return extensions;
}

std::string print_extensions(std::string const& greeting, Extensions const& e) {
  std::string out = greeting;
  out += "\nPIPELINING";                                          // RFC 2920
  out += "\nSIZE " + std::to_string(e.size_limit);                // RFC 1870
  if (e.starttls) out += "\nSTARTTLS";                            // RFC 3207
  if (e.auth) out += "\nAUTH PLAIN LOGIN";                        // RFC 4954 section 3
  if (e.requiretls) out += "\nREQUIRETLS";                        // RFC 8689
  out += "\nENHANCEDSTATUSCODES";                                 // RFC 2034
  out += "\n8BITMIME";                                            // RFC 6152
  out += "\nDSN";                                                 // RFC 3461
  out += "\nCHUNKING\nBINARYMIME";                                // RFC 3030
  out += "\nSMTPUTF8";                                            // RFC 6531
  out += "\nLIMITS RCPTMAX=" + std::to_string(e.max_recipients);  // RFC 9422
  if (e.max_mails > 0) out += " MAILMAX=" + std::to_string(e.max_mails);
  return out;
}

}  // namespace postern::wire

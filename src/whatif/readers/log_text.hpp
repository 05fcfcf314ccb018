// What the readers of logs share: cutting values out of a line.
// Lifetime: what they return are views into what they are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.hpp"

namespace postern::whatif {

// Between `before` and the next `after` (or the end); empty when `before` is not there.
std::string_view between(std::string_view text, std::string_view before, char after);

struct Peer {
  std::string_view name;  // empty: "unknown", or none
  IpAddress address;
};

// "mail.example[192.0.2.1]:25", "[192.0.2.1]:25", "unknown[192.0.2.1]", "IPv6:2001:db8::1" in the brackets
// too.
std::optional<Peer> bracketed_peer(std::string_view text);

// As bracketed_peer, of a bare address, and with IPv6's zone or prefix taken off.
std::optional<IpAddress> log_address(std::string_view text);

// A path in angle brackets where `before` says: `from=<a@b.example>`. Absent: not there.
std::optional<std::string_view> angle_path(std::string_view text, std::string_view before);

// Where the quoted text that begins at `at` ends: at its closing quote, or at the end of the line. A quote
// behind a backslash is part of it.
std::size_t quote_end(std::string_view line, std::size_t at);

struct LogValue {
  std::string_view text;  // without its quotes
  std::size_t end = 0;    // where the line goes on: behind the closing quote, or at what ends the value
};

// The value that begins at `begin`: up to its closing quote, or, without quotes, up to `after` or the end.
// Names that are looked for behind it cannot stand in it.
LogValue value_at(std::string_view line, std::size_t begin, std::string_view after);

// What OpenSSL before 1.1 calls the version of a cipher that TLS 1.2 and older versions share.
constexpr std::string_view unknown_tls_version = "TLSv1/SSLv3";

// "TLSv1.3" of what servers write: TLSv1.3, TLS1.3, TLS1_3, TLSv1_3, TLS-1.3, TLSv1; "SSLv3". Empty: none of
// these, or `unknown_tls_version`. Static.
std::string_view tls_version_name(std::string_view text);

// The reason in OpenSSL's error line: "error:0A0000C1:SSL routines::no shared cipher:..." gives "no shared
// cipher".
std::string_view openssl_reason(std::string_view text);

// A line without the CR before its LF, and without the byte order mark that a file may begin with.
std::string_view bare_line(std::string_view line);

std::uint64_t number_in(std::string_view text);  // the digits at its start; 0: none

}  // namespace postern::whatif

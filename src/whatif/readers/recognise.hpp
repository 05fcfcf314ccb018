// Which reader an input is for, seen by its content.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "whatif/facts_source.hpp"

namespace postern::whatif {

enum class Format : std::uint8_t {
  system_log,  // Postfix, sendmail, OpenSMTPD, Exim by way of syslog
  journal,     // journalctl -o export
  exim,
  opensmtpd,
  haraka,
  exchange,
  json_lines,  // KumoMTA's, and our own generic form
  csv,         // our own generic form
  mbox,
  message,  // one mail: a file of a Maildir
  facts     // Postern's own facts.db
};

struct FormatName {
  Format format;
  std::string_view name;
  std::string_view what;
};
std::vector<FormatName> const& format_names();
std::optional<Format> parse_format(std::string_view name);

// By the first bytes of an input (64 KiB do). Absent: nothing we can read.
std::optional<Format> recognise(std::string_view start);

// Whether it is a TLS report (RFC 8460 section 4.4), which tells nothing of mail in the clear.
bool is_tls_report(std::string_view start);

// The reader; none for Format::facts, which is no stream.
std::unique_ptr<FactsSource> make_source(Format format, SourceSettings settings, ArrivalSink& sink);

}  // namespace postern::whatif

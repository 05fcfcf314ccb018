// A line of a system log given as fields: by systemd's journal, by log shippers, by Docker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::whatif {

struct SystemLineFields {
  std::string time;  // in a form that LogClock reads; empty: none
  std::string host, program;
  std::uint64_t pid = 0;
  std::string text;

  // "TIME HOST PROGRAM[PID]: TEXT" without an LF; the text alone, with the time if it has none itself, when
  // no program is named.
  std::string print() const;

  // One of the journal's fields (systemd.journal-fields(7)).
  void set_journal_field(std::string_view key, std::string_view value);
};

// Whether a line begins with its own time, in whatever form, or with the head of RFC 5424.
bool begins_with_time(std::string_view line);

struct WrappedRecord {
  SystemLineFields fields;
  bool goes_on = false;  // Docker cut the line: the next record has the rest
};

// A JSON object that carries a line of a log: Docker's json-file, journalctl -o json, filebeat and other ECS
// writers, logcli and promtail, fluentd, mailcow's API, Splunk's and Elasticsearch's exports. Absent: it is
// no JSON, or a record of another kind (KumoMTA's, Haraka's, the generic form).
std::optional<WrappedRecord> parse_wrapped_record(std::string_view json);

}  // namespace postern::whatif

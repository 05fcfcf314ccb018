#include "whatif/readers/journal_export.hpp"

#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

constexpr std::string_view entry_begins = "__CURSOR", entry_time = "__REALTIME_TIMESTAMP";

Instant time_of_entry(std::string_view value) {
  return from_micros(static_cast<std::int64_t>(number_in(value) & 0x7FFFFFFFFFFFFFFULL));
}

}  // namespace

JournalExport::JournalExport(SourceSettings settings, ReceptionSink& sink)
    : settings_(std::move(settings)), dialects_(settings_, stats_, sink), time_(settings_.reference) {}

bool JournalExport::head_looks_like(std::string_view start) {
  return start.starts_with("__CURSOR=") || start.starts_with("__REALTIME_TIMESTAMP=");
}

std::optional<Instant> JournalExport::time_of_line(std::string_view line, LogClock&) {
  if (!line.starts_with(entry_time) || !line.substr(entry_time.size()).starts_with('=')) return std::nullopt;
  return time_of_entry(line.substr(entry_time.size() + 1));
}

// An entry begins with its cursor, also where the empty line before it is missing, as behind a file that was
// cut off.
void JournalExport::field(std::string_view name, std::string_view value) {
  if (name == entry_begins) entry();
  any_ = true;
  if (name == entry_time)
    time_ = time_of_entry(value);
  else if (name == "_HOSTNAME")
    host_ = value;
  else if (name == "SYSLOG_IDENTIFIER")
    program_ = value;
  else if (name == "SYSLOG_PID" || (name == "_PID" && pid_ == 0))
    pid_ = number_in(value);
  else if (name == "MESSAGE")
    message_ = value;
}

void JournalExport::entry() {
  if (!any_) return;
  ++stats_.lines;
  if (!program_.empty()) {
    LogLine line;
    line.at = time_;
    line.host = host_;
    line.program = program_;
    line.pid = pid_;
    line.text = message_;
    dialects_.line(line);
  } else if (message_.empty()) {
    stats_.skip("", "an entry of the journal without program and message");
  }
  any_ = false;
  pid_ = 0;
  program_.clear();
  message_.clear();
}

void JournalExport::text_line(std::string_view line) {
  if (line.empty()) {
    entry();
    return;
  }
  auto const equals = line.find('=');
  if (equals == std::string_view::npos) {
    name_ = line;
    at_ = At::length;
  } else {
    field(line.substr(0, equals), line.substr(equals + 1));
  }
}

void JournalExport::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  while (!bytes.empty()) {
    switch (at_) {
      case At::text: {
        auto const end = bytes.find('\n');
        auto const part = bytes.substr(0, end);
        if (gathered_.size() + part.size() <= max_field) gathered_.append(part);
        if (end == std::string_view::npos) return;
        bytes.remove_prefix(end + 1);
        text_line(gathered_);
        gathered_.clear();
        break;
      }
      case At::length:
        gathered_.push_back(bytes.front());
        bytes.remove_prefix(1);
        if (gathered_.size() < 8) break;
        left_ = 0;
        for (std::size_t i = 8; i-- > 0;) left_ = left_ << 8 | static_cast<unsigned char>(gathered_[i]);
        gathered_.clear();
        at_ = left_ > 0 ? At::bytes : At::bytes_end;
        break;
      case At::bytes: {
        auto const part = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
        if (gathered_.size() + part.size() <= max_field) gathered_.append(part);
        left_ -= part.size();
        bytes.remove_prefix(part.size());
        if (left_ == 0) at_ = At::bytes_end;
        break;
      }
      case At::bytes_end:
        bytes.remove_prefix(1);
        field(name_, gathered_);
        gathered_.clear();
        at_ = At::text;
        break;
    }
  }
}

void JournalExport::end() {
  if (at_ == At::text && !gathered_.empty()) text_line(gathered_);
  gathered_.clear();
  entry();
  dialects_.end();
}

}  // namespace postern::whatif

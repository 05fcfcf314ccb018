#include "whatif/readers/wrapped_record.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>

#include "base/ascii.hpp"
#include "base/instant.hpp"
#include "whatif/readers/json_members.hpp"
#include "whatif/readers/log_text.hpp"
#include "whatif/readers/log_time.hpp"
#include "whatif/readers/log_words.hpp"

namespace postern::whatif {
namespace {

namespace json = boost::json;

constexpr std::size_t docker_cuts_at = 16'000;  // at 16 KiB, to be exact
constexpr std::size_t longest_time = 40;

// The value of the first of `keys` that there is.
json::value const* first_of(json::object const& object, std::initializer_list<std::string_view> keys) {
  for (auto const key : keys)
    if (auto const* value = object.if_contains(key); value != nullptr && !value->is_null()) return value;
  return nullptr;
}

// A string, or the journal's array of bytes for what is no UTF-8.
std::string text_in(json::value const* value) {
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (!value->is_array()) return {};
  std::string out;
  for (auto const& byte : value->get_array()) {
    if (!byte.is_int64() || byte.get_int64() < 0 || byte.get_int64() > 255) return {};
    out.push_back(static_cast<char>(byte.get_int64()));
  }
  return out;
}

// Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size.
std::string time_of_number(double number) {
  constexpr double most = 1e20;
  if (!(number > 0) || number > most) return {};
  double micros = number * 1e6;
  if (number > 1e17)
    micros = number / 1e3;
  else if (number > 1e14)
    micros = number;
  else if (number > 1e11)
    micros = number * 1e3;
  return print_iso8601(from_micros(static_cast<std::int64_t>(micros)));
}

std::string time_in(json::value const* value) {
  if (value == nullptr) return {};
  if (value->is_number()) return time_of_number(value->to_number<double>());
  if (!value->is_string()) return {};
  std::string_view const text(value->get_string());
  bool const digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (digits) {
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return time_of_number(number);
  }
  return text.size() <= longest_time && begins_with_time(text) ? std::string(text) : std::string();
}

// What says that a "message" is a line of a log, and not a field of a record of another kind.
bool is_shippers(json::object const& object) {
  return first_of(object, {"@timestamp", "program", "ident", "appname", "hostname", "host", "ingestionTime",
                           "syslog", "syslog_identifier", "_time", "timestamp", "labels"}) != nullptr;
}

bool is_of_another_kind(json::object const& object) {
  return first_of(object, {"peer_address", "client", "uuid", "remoteIp", "remote_ip"}) != nullptr;
}

json::value const* text_value(json::object const& object) {
  auto const is_text = [](json::value const* value) {
    return value != nullptr && (value->is_string() || value->is_array());
  };
  if (auto const* text = object.if_contains("MESSAGE"); is_text(text)) return text;
  if (is_of_another_kind(object)) return nullptr;
  if (auto const* text = object.if_contains("log"); text != nullptr && text->is_string()) return text;
  for (auto const* key : {"line", "message", "msg"})
    if (auto const* text = object.if_contains(key);
        text != nullptr && text->is_string() && is_shippers(object))
      return text;
  for (auto const* key : {"textPayload", "_raw"})
    if (auto const* text = object.if_contains(key); text != nullptr && text->is_string()) return text;
  return nullptr;
}

// Elastic's Common Schema nests what others write side by side.
void read_nested(json::object const& object, SystemLineFields& out) {
  if (auto const* host = object_in(object, "host")) out.host = text_in(first_of(*host, {"hostname", "name"}));
  for (auto const* outer : {"process", "syslog", "journald"}) {
    auto const* inner = object_in(object, outer);
    if (inner == nullptr) continue;
    if (out.program.empty()) out.program = text_in(first_of(*inner, {"identifier", "name", "appname"}));
    if (out.pid == 0) out.pid = number_in(text_in(first_of(*inner, {"pid", "procid"})));
  }
  auto const* log = object_in(object, "log");
  auto const* syslog = log == nullptr ? nullptr : object_in(*log, "syslog");
  if (syslog == nullptr) return;
  if (auto const* name = first_of(*syslog, {"appname"})) out.program = text_in(name);
  if (auto const* pid = first_of(*syslog, {"procid"})) out.pid = number_in(text_in(pid));
}

std::optional<WrappedRecord> record_of(json::object const& object) {
  for (auto const* envelope : {"_source", "result", "jsonPayload"})
    if (auto const* inner = object_in(object, envelope)) return record_of(*inner);
  auto const* text = text_value(object);
  if (text == nullptr) return std::nullopt;
  WrappedRecord out;
  auto& fields = out.fields;
  fields.text = text_in(text);
  fields.time = time_in(first_of(object, {"__REALTIME_TIMESTAMP", "time", "@timestamp", "timestamp", "_time",
                                          "ts", "receiveTimestamp"}));
  if (auto const* host = first_of(object, {"_HOSTNAME", "hostname", "host"});
      host != nullptr && host->is_string())
    fields.host = text_in(host);
  fields.program =
      text_in(first_of(object, {"SYSLOG_IDENTIFIER", "program", "ident", "appname", "syslog_identifier"}));
  fields.pid = number_in(text_in(first_of(object, {"SYSLOG_PID", "_PID", "pid", "procid"})));
  read_nested(object, fields);
  out.goes_on =
      object.contains("stream") && fields.text.size() >= docker_cuts_at && !fields.text.ends_with('\n');
  return out;
}

bool is_one_word(std::string_view word) {
  return !word.empty() && word.size() <= 255 && std::all_of(word.begin(), word.end(), [](char c) {
    return c > ' ' && c != ':' && c != '[' && c != 127;
  });
}

}  // namespace

bool begins_with_time(std::string_view line) {
  LogClock clock(Instant{}, {});
  if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>') + 1, line.size()));
  if (line.starts_with("1 ")) line.remove_prefix(2);
  return clock.take_any(line).has_value();
}

std::string SystemLineFields::print() const {
  std::string_view rest = text;
  while (!rest.empty() && (rest.back() == '\n' || rest.back() == '\r')) rest.remove_suffix(1);
  std::string out;
  bool const whole = begins_with_time(rest);
  bool const named = !whole && is_one_word(program);
  if (!whole && !time.empty()) {
    out = time + " ";
    if (named) out += (is_one_word(host) ? host : "-") + " ";
  }
  if (named) {
    auto process = pid;
    if (process == 0 && program.ends_with("smtpd")) process = process_of_client(rest);
    out += program;
    if (process != 0) out += "[" + std::to_string(process) + "]";
    out += ": ";
  }
  out += rest;
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

void SystemLineFields::set_journal_field(std::string_view key, std::string_view value) {
  if (key == "_HOSTNAME")
    host = value;
  else if (key == "SYSLOG_IDENTIFIER")
    program = value;
  else if (key == "SYSLOG_PID" || (key == "_PID" && pid == 0))
    pid = number_in(value);
  else if (key == "MESSAGE")
    text = value;
}

std::optional<WrappedRecord> parse_wrapped_record(std::string_view text) {
  boost::system::error_code error;
  auto const value = json::parse(text, error);  // nested 32 deep at most
  if (error || !value.is_object()) return std::nullopt;
  return record_of(value.get_object());
}

}  // namespace postern::whatif

#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace postern {
namespace {

constexpr std::size_t value_limit = 512;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\'; });
}

void append_quoted(std::string& out, std::string_view text) {
  bool const keeps_8bit = is_utf8(text);
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape.data();
    } else {
      out += is_8bit(c) && !keeps_8bit ? '?' : c;
    }
  }
  out += '"';
}

}  // namespace

std::string_view print(Severity severity) {
  switch (severity) {
    case Severity::debug: return "debug";
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

LogEvent& LogEvent::add(std::string_view key, std::string_view value) {
  if (!value.empty())
    fields_.push_back({.key = key, .value = std::string(value.substr(0, value_limit)), .is_number = false});
  return *this;
}

LogEvent& LogEvent::number(std::string_view key, std::int64_t value) {
  fields_.push_back({.key = key, .value = std::to_string(value), .is_number = true});
  return *this;
}

std::string LogEvent::print(LogFormat format, Instant now) const {
  std::string out;
  out.reserve(64 + fields_.size() * 24);
  if (format == LogFormat::json) {
    out += "{\"time\":\"" + print_iso8601(now) + "\",\"level\":\"";
    out += postern::print(severity_);
    out += "\",\"event\":";
    append_quoted(out, name_);
    for (auto const& field : fields_) {
      out += ",\"";
      out += field.key;
      out += "\":";
      if (field.is_number)
        out += field.value;
      else
        append_quoted(out, field.value);
    }
    return out += '}';
  }
  out += "time=" + print_iso8601(now) + " level=";
  out += postern::print(severity_);
  out += " event=";
  out += name_;
  for (auto const& field : fields_) {
    out += ' ';
    out += field.key;
    out += '=';
    if (is_plain(field.value))
      out += field.value;
    else
      append_quoted(out, field.value);
  }
  return out;
}

}  // namespace postern

// One event of the log: a name and key=value pairs, in the order given, printed as logfmt or as one JSON
// object. Bounds: strangers' text is cut to 512 bytes per value and quoted, so that no line can be forged.
// Threads: an event belongs to its maker; the sink is called from any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.hpp"

namespace postern {

enum class Severity : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { logfmt, json };

std::string_view print(Severity severity);

class LogEvent {
 public:
  LogEvent(Severity severity, std::string_view name) : severity_(severity), name_(name) {}

  LogEvent& add(std::string_view key, std::string_view value);  // an empty value is left out
  template <std::integral N>
  LogEvent& add(std::string_view key, N value) {
    return number(key, static_cast<std::int64_t>(value));
  }

  Severity severity() const { return severity_; }
  std::string print(LogFormat format, Instant now) const;

 private:
  struct Field {
    std::string_view key;  // a literal
    std::string value;
    bool is_number;
  };
  LogEvent& number(std::string_view key, std::int64_t value);

  Severity severity_;
  std::string_view name_;
  std::vector<Field> fields_;
};

class Log {
 public:
  virtual ~Log() = default;
  virtual bool takes(Severity severity) const = 0;
  virtual void write(LogEvent const& event) = 0;
};

}  // namespace postern

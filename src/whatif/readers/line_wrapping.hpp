// What stands around a line that a mail server wrote, and is taken away before any reader sees it: the names
// and times of containers, colours, JSON of Docker, systemd's journal and log shippers, several lines of one
// entry. What the wrapping alone tells (time, host, program, process) is put before the text in the form of a
// system log, so that each reader sees the lines that it would see in the server's own log.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "whatif/readers/wrapped_record.hpp"

namespace postern::whatif {

enum class Layer : std::uint8_t {
  colours,         // ESC [ 36 m
  compose,         // "postfix-1  | "
  pod,             // "[pod/mail-0/postfix] " (kubectl logs --prefix)
  cri,             // "2025-12-21T22:02:57.127Z stdout F " (the files of Kubernetes, podman)
  container_time,  // "2025-12-21T22:02:57.127419448Z " before a line with a time of its own
  loki,            // "2025-12-21T22:02:57Z {app="mail"} " (logcli)
  json,            // a line or more of it, with the text in "log", "MESSAGE", "message", "line", ...
  verbose,         // journalctl -o verbose
  bare             // Postfix's text alone (journalctl -o cat)
};
std::string_view name(Layer layer);  // a phrase: "the names that docker compose puts before lines"

// The layers of one line from the outside. Bounds: 4 of them; what lies deeper is text.
class Wrapping {
 public:
  static constexpr std::size_t most = 4;
  bool operator==(Wrapping const&) const = default;
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  Layer operator[](std::size_t i) const { return layers_[i]; }
  bool full() const { return size_ == most; }
  void add(Layer layer) { layers_[size_++] = layer; }  // unless it is full()
  bool begins_with(Layer layer) const { return size_ > 0 && layers_[0] == layer; }
  std::string print() const;  // phrases with "and" between; empty: none

 private:
  std::array<Layer, most> layers_{};
  std::size_t size_ = 0;
};

// Takes lines one by one. Pure. Bounds: 64 KiB are kept of a line that comes in parts.
class LineUnwrapper {
 public:
  static constexpr std::size_t max_line = 64 * 1024;

  // The line that stands within `line`, with no LF in it. Absent: it is not complete yet, or there is none.
  // Lifetime: a view into `line` or of this object, good until the next call.
  std::optional<std::string_view> take(std::string_view line);
  std::optional<std::string_view> end();  // what is still open

  Wrapping const& last() const { return last_; }  // what was taken off to get the latest line

 private:
  bool peel(std::string_view& line, std::string& keep);
  void with_time(std::string_view& line);
  std::optional<std::string_view> joined(std::string_view text);
  std::optional<std::string_view> verbose_entry();

  Wrapping last_;
  std::array<std::string, Wrapping::most + 2> kept_;  // texts that are no part of the line at hand
  std::string time_;                                  // of a container, for a text that has none
  std::string gathered_;                              // the parts of a line that is not complete
  bool goes_on_ = false;    // what was taken off last says that the line is not complete
  SystemLineFields entry_;  // of journalctl -o verbose
  bool in_entry_ = false;
};

}  // namespace postern::whatif

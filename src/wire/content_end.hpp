// The content of DATA: ends with CRLF.CRLF and nothing else, and loses the dot that was put before a line's
// own (RFC 5321 section 4.1.1.4, 4.5.2). For the way out, DotStuffer puts it there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class ContentEnd {
 public:
  // Takes bytes and calls `keep(std::string_view)` with what belongs to the content, up to its end.
  // Returns how many bytes were taken: all of them while the content goes on, those up to and with the final
  // LF at the end.
  template <class Keep>
  std::size_t feed(std::string_view bytes, Keep keep);

  bool ended() const { return at_ == At::ended; }

 private:
  enum class At : std::uint8_t { line_start, text, cr, dot, dot_cr, ended };
  At at_ = At::line_start;
};

class DotStuffer {
 public:
  void feed(std::string_view bytes, std::string& out);  // appends; `bytes` has lines that end with CRLF
  void finish(std::string& out);  // ends the last line where it has no end, then ".CRLF"

 private:
  bool line_start_ = true;
  bool after_cr_ = false;
};

template <class Keep>
std::size_t ContentEnd::feed(std::string_view bytes, Keep keep) {
  std::size_t i = 0;
  while (i < bytes.size() && at_ != At::ended) {
    char const c = bytes[i];
    switch (at_) {
      case At::line_start:
        if (c == '.') {
          at_ = At::dot;
          ++i;
        } else {
          at_ = At::text;
        }
        break;
      case At::text: {
        auto const cr = bytes.find('\r', i);
        std::size_t const stop = cr == std::string_view::npos ? bytes.size() : cr + 1;
        keep(bytes.substr(i, stop - i));
        if (cr != std::string_view::npos) at_ = At::cr;
        i = stop;
        break;
      }
      case At::cr:  // the CR has been kept
        if (c == '\n') {
          keep(bytes.substr(i++, 1));
          at_ = At::line_start;
        } else if (c == '\r') {
          keep(bytes.substr(i++, 1));
        } else {
          at_ = At::text;
        }
        break;
      case At::dot:  // a dot at the start of a line: not kept
        if (c == '\r') {
          at_ = At::dot_cr;
          ++i;
        } else {
          at_ = At::text;
        }
        break;
      case At::dot_cr:  // ".CR": the end, or a line that began with a stuffed dot and a bare CR
        if (c == '\n') {
          at_ = At::ended;
          ++i;
        } else {
          keep("\r");
          at_ = At::cr;
        }
        break;
      case At::ended: break;
    }
  }
  return i;
}

}  // namespace postern::wire

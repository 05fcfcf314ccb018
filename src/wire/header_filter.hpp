// A stage of content that makes its header section end where every reader sees its end, and takes out fields
// that only this server may write. A line that is neither a field nor the continuation of one (RFC 5322
// section 2.2) ends the section: the empty line is put before it, so that nothing of the content can join the
// trace fields above it (RFC 5321 section 4.4). The "From " lines with which mailbox files begin a message
// become the field X-Mailbox-Line.
//
// A line ends with CR, LF or CRLF here, since there are readers to whom each is a line end. A field may have
// blanks before its colon (RFC 5322 section 4.5). What is taken out goes with its continuation lines.
// Bounds: keeps at most the first 998 bytes of a line; one without a colon among them is no field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern::wire {

class HeaderFilter {
 public:
  enum class Removes : std::uint8_t {
    own_fields,                 // X-Postern-*
    own_fields_and_return_path  // those, and Return-Path, which final delivery writes
  };
  explicit HeaderFilter(Removes removes) : removes_(removes) {}

  void feed(std::string_view bytes, std::string& out);  // appends; lines cut anywhere
  void finish(std::string& out);                        // empty content becomes the empty line

  bool in_body() const { return at_ == At::body; }    // what comes now is passed on as it is
  std::uint64_t removed() const { return removed_; }  // bytes

 private:
  enum class At : std::uint8_t { line_start, line, line_end, after_cr, body };

  bool takes_into_start(char c, std::string& out);
  void begin_field(std::string& out);
  void end_header(std::string& out);
  void pass(std::string_view bytes, std::string& out);

  Removes removes_;
  At at_ = At::line_start;
  std::string start_;  // of the current line, while it is not known what it is
  bool seen_field_ = false;
  bool removing_ = false;  // the current field is taken out
  bool passed_nothing_ = true;
  std::uint64_t removed_ = 0;
};

}  // namespace postern::wire

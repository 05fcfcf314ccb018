// A stage of content that makes its header section end where every reader sees its end, and takes out fields
// that only this server may write. A line that is neither a field nor the continuation of one (RFC 5322
// section 2.2) ends the section: the empty line is put before it, so that nothing of the content can join the
// trace fields above it (RFC 5321 section 4.4). The "From " lines with which mailbox files begin a message
// become the field X-Mailbox-Line. The owner of the stage may have more fields taken out (also_remove), and
// may see what comes with all that is taken out (keep_all): signatures are about it.
//
// A line ends with CR, LF or CRLF here, since there are readers to whom each is a line end. A field may have
// blanks before its colon (RFC 5322 section 4.5). What is taken out goes with its continuation lines.
// Bounds: keeps at most the first 998 bytes of a line; one without a colon among them is no field. Of a field
// whose value is asked for, 16 KiB.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace postern::wire {

class HeaderFilter {
 public:
  enum class Removes : std::uint8_t {
    own_fields,                 // X-Postern-*
    own_fields_and_return_path  // those, and Return-Path, which final delivery writes
  };
  explicit HeaderFilter(Removes removes) : removes_(removes) {}

  enum class Fate : std::uint8_t { keep, remove, ask_with_value };
  // Without a value first; with it (folded, as far as it is kept) if it says so.
  using Judge = std::function<Fate(std::string_view name, std::optional<std::string_view> value)>;
  void also_remove(Judge judge) { judge_ = std::move(judge); }  // before the first byte

  // What comes, as it leaves here and with what is taken out. To be taken after each feed() and finish().
  void keep_all() { keeps_all_ = true; }  // before the first byte
  std::string take_all() { return std::exchange(all_, {}); }

  void feed(std::string_view bytes, std::string& out);  // appends; lines cut anywhere
  void finish(std::string& out);                        // empty content becomes the empty line

  bool in_body() const { return at_ == At::body; }    // what comes now is passed on as it is
  std::uint64_t removed() const { return removed_; }  // bytes

 private:
  enum class At : std::uint8_t { line_start, line, line_end, after_cr, body };

  bool takes_into_start(char c, std::string& out);
  void begin_field(std::string& out);
  void end_field(std::string& out);
  void end_header(std::string& out);
  void pass(std::string_view bytes, std::string& out);
  void pass_or_remove(std::string_view bytes, std::string& out);

  Removes removes_;
  At at_ = At::line_start;
  std::string start_;  // of the current line, while it is not known what it is
  bool seen_field_ = false;
  bool removing_ = false;  // the current field is taken out
  bool holding_ = false;   // or it is not known yet whether it is
  std::string held_;       // of that field
  Judge judge_;            // empty: nothing more is taken out
  bool keeps_all_ = false;
  std::string all_;
  bool passed_nothing_ = true;
  std::uint64_t removed_ = 0;
};

}  // namespace postern::wire

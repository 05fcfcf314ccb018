#include "auth/canonical.hpp"

#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::size_t most_buffered = 16 * 1024;

std::string relaxed_field(std::string_view field) {
  auto const colon = field.find(':');
  if (colon == std::string_view::npos) return std::string(field) + std::string(crlf);
  auto name = field.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  std::string out = lowered(name) + ":";
  bool blanks = false, begun = false;
  auto value = field.substr(colon + 1);
  while (!value.empty()) {
    if (value.starts_with(crlf)) {  // unfolding; a CR or an LF alone stays
      value.remove_prefix(crlf.size());
      continue;
    }
    char const c = value.front();
    value.remove_prefix(1);
    if (is_blank(c)) {
      blanks = begun;
      continue;
    }
    if (blanks) out += ' ';
    blanks = false;
    begun = true;
    out += c;
  }
  return out + std::string(crlf);
}

}  // namespace

std::string canonical_field(std::string_view field, Canonical form) {
  if (field.ends_with(crlf)) field.remove_suffix(crlf.size());
  if (form == Canonical::relaxed) return relaxed_field(field);
  return std::string(field) + std::string(crlf);
}

void CanonicalBody::flush(Sink const& sink) {
  if (!buffer_.empty()) sink(buffer_);
  buffer_.clear();
}

void CanonicalBody::give_out(std::string_view text, Sink const& sink) {
  if (buffer_.size() + text.size() > most_buffered) flush(sink);
  if (text.size() > most_buffered)
    sink(text);
  else
    buffer_ += text;
}

// Empty lines at the end are no part of the body; those before it are.
void CanonicalBody::put_text(std::string_view text, Sink const& sink) {
  for (; empty_lines_ > 0; --empty_lines_) give_out(crlf, sink);
  if (blanks_) give_out(" ", sink);
  blanks_ = false;
  in_line_ = anything_ = true;
  give_out(text, sink);
}

void CanonicalBody::end_line(Sink const& sink) {
  blanks_ = false;
  if (in_line_)
    give_out(crlf, sink);
  else
    ++empty_lines_;
  in_line_ = false;
}

void CanonicalBody::feed(std::string_view bytes, Sink const& sink) {
  while (!bytes.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        end_line(sink);
        bytes.remove_prefix(1);
        continue;
      }
      put_text("\r", sink);
    }
    std::size_t run = 0;  // characters that stand for themselves
    while (run < bytes.size() && !is_special(bytes[run])) ++run;
    if (run > 0) {
      put_text(bytes.substr(0, run), sink);
    } else {
      run = 1;
      (bytes.front() == '\r' ? after_cr_ : blanks_) = true;
    }
    bytes.remove_prefix(run);
  }
  flush(sink);
}

void CanonicalBody::finish(Sink const& sink) {
  if (after_cr_) put_text("\r", sink);
  after_cr_ = false;
  if (in_line_) end_line(sink);  // a last line without its end gets one
  // Section 3.4.3: an empty body is one CRLF in the simple form; section 3.4.4: nothing in the relaxed one.
  if (!anything_ && form_ == Canonical::simple) give_out(crlf, sink);
  flush(sink);
}

}  // namespace postern::auth

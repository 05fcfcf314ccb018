#include "auth/canonical.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::auth {
namespace {

std::string relaxed_field(std::string_view field) {
  auto const colon = field.find(':');
  if (colon == std::string_view::npos) return std::string(field) + std::string(crlf);
  auto name = field.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  std::string out = lowered(name) + ":";
  bool blanks = false, begun = false;
  for (char const c : field.substr(colon + 1)) {
    if (c == '\r' || c == '\n') continue;  // unfolding
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

// Empty lines at the end are no part of the body; those before it are.
void CanonicalBody::release(std::string& out) {
  for (; empty_lines_ > 0; --empty_lines_) out += crlf;
  if (blanks_) out += ' ';
  blanks_ = false;
  in_line_ = anything_ = true;
}

void CanonicalBody::put(char c, std::string& out) {
  if (form_ == Canonical::relaxed && is_blank(c)) {
    blanks_ = true;
    return;
  }
  release(out);
  out += c;
}

void CanonicalBody::end_line(std::string& out) {
  blanks_ = false;
  if (in_line_)
    out += crlf;
  else
    ++empty_lines_;
  in_line_ = false;
}

void CanonicalBody::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    char const c = bytes.front();
    if (after_cr_) {
      after_cr_ = false;
      if (c == '\n') {
        end_line(out);
        bytes.remove_prefix(1);
        continue;
      }
      put('\r', out);
    }
    if (c == '\r') {
      after_cr_ = true;
      bytes.remove_prefix(1);
      continue;
    }
    // A run of characters that stand for themselves.
    auto const special = form_ == Canonical::relaxed ? bytes.find_first_of("\r \t") : bytes.find('\r');
    auto const run = std::min(special, bytes.size());
    if (run == 0) {
      put(c, out);
      bytes.remove_prefix(1);
      continue;
    }
    release(out);
    out += bytes.substr(0, run);
    bytes.remove_prefix(run);
  }
}

void CanonicalBody::finish(std::string& out) {
  if (after_cr_) put('\r', out);
  after_cr_ = false;
  if (in_line_) end_line(out);  // a last line without its end gets one
  // Section 3.4.3: an empty body is one CRLF in the simple form; section 3.4.4: nothing in the relaxed one.
  if (!anything_ && form_ == Canonical::simple) out += crlf;
}

}  // namespace postern::auth

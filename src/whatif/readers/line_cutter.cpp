#include "whatif/readers/line_cutter.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "whatif/readers/log_text.hpp"

namespace postern::whatif {
namespace {

// What may stand before an object: of an array, of journalctl -o json-seq and json-sse.
bool leads_to_object(std::string_view text) {
  text = trimmed(text);
  return text == "data:" || text.find_first_not_of(" \t[],\x1E") == std::string_view::npos;
}

}  // namespace

void LineCutter::line(std::string_view text) {
  if (overlong_ || text.size() > max_line)
    ++too_long_;
  else if (auto const whole = bare_line(text); !whole.empty())
    piece_(whole);
  overlong_ = false;
}

void LineCutter::feed(std::string_view bytes) {
  if (by_ == By::json_objects) {
    cut_objects(bytes);
    return;
  }
  while (!bytes.empty()) {
    auto const end = bytes.find('\n');
    auto const part = bytes.substr(0, end);
    if (end != std::string_view::npos && begun_.empty()) {
      line(part);
    } else {
      overlong_ = overlong_ || begun_.size() + part.size() > max_line;
      begun_ += part.substr(0, max_line - std::min(max_line, begun_.size()));
      if (end == std::string_view::npos) return;
      line(begun_);
      begun_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void LineCutter::cut_objects(std::string_view bytes) {
  for (char const c : bytes)
    if (depth_ == 0)
      outside(c);
    else
      inside(c);
}

void LineCutter::outside(char c) {
  if (c == '{' && leads_to_object(begun_)) {
    begun_ = "{";
    depth_ = 1;
    in_string_ = escaped_ = at_line_start_ = false;
  } else if (c != '\n') {
    overlong_ = overlong_ || begun_.size() >= max_line;
    if (!overlong_) begun_.push_back(c);
  } else {
    if (overlong_ || !leads_to_object(begun_)) line(begun_);
    begun_.clear();
  }
}

void LineCutter::inside(char c) {
  bool const starts_line = std::exchange(at_line_start_, c == '\n');
  if ((c == '\n' && in_string_) || (c == '{' && starts_line)) {  // the object was cut off
    broken();
    outside(c);
    return;
  }
  if (begun_.size() >= max_object) {
    ++too_long_;
    begun_.clear();
    depth_ = 0;
    return;
  }
  begun_.push_back(c);
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_string_ = false;
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{') {
    ++depth_;
  } else if (c == '}' && --depth_ == 0) {
    piece_(begun_);
    begun_.clear();
  }
}

// Gives what there is of an object, for the reader to count.
void LineCutter::broken() {
  std::replace(begun_.begin(), begun_.end(), '\n', ' ');
  line(begun_);
  begun_.clear();
  depth_ = 0;
}

void LineCutter::end() {
  if (depth_ > 0)
    broken();
  else if (!begun_.empty() && (by_ == By::lines || !leads_to_object(begun_)))
    line(begun_);
  begun_.clear();
  depth_ = 0;
}

}  // namespace postern::whatif

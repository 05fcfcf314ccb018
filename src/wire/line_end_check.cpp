#include "wire/line_end_check.hpp"

namespace postern::wire {

bool LineEndCheck::feed(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (after_cr_ != (bytes.front() == '\n')) return false;
  for (auto lf = bytes.find('\n', 1); lf != std::string_view::npos; lf = bytes.find('\n', lf + 1))
    if (bytes[lf - 1] != '\r') return false;
  for (auto cr = bytes.find('\r'); cr != std::string_view::npos; cr = bytes.find('\r', cr + 1))
    if (cr + 1 < bytes.size() && bytes[cr + 1] != '\n') return false;
  after_cr_ = bytes.back() == '\r';
  return true;
}

}  // namespace postern::wire

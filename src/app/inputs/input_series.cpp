#include "app/inputs/input_series.hpp"

#include <utility>

namespace postern::app {

void InputSeries::say(std::string const& path, std::string const& what) {
  if (!problem_.empty()) problem_ += "; ";
  problem_ += path + ": " + what;
}

bool InputSeries::open_next() {
  while (next_ < paths_.size()) {
    auto const& path = paths_[next_++];
    auto stream = InputStream::open(path);
    if (stream) {
      current_ = std::move(*stream);
      return true;
    }
    say(path, stream.error());
  }
  return false;
}

void InputSeries::notice_line_ends(std::string_view bytes) {
  if (auto const end = bytes.rfind('\n'); end != std::string_view::npos)
    line_end_ = (end > 0 ? bytes[end - 1] : last_) == '\r' ? "\r\n" : "\n";
  last_ = bytes.back();
}

std::string_view InputSeries::read() {
  while (current_ || open_next()) {
    auto const bytes = current_->read();
    if (!bytes.empty()) {
      notice_line_ends(bytes);
      return bytes;
    }
    if (!current_->problem().empty()) say(paths_[next_ - 1], current_->problem());
    consumed_ += current_->consumed();
    current_.reset();
    auto const last = std::exchange(last_, '\n');
    if (last == '\n') continue;
    // A file that was cut between CR and LF lacks the LF alone.
    return std::string_view(line_end_).substr(last == '\r' ? line_end_.size() - 1 : 0);
  }
  return {};
}

}  // namespace postern::app

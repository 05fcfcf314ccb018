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

std::string_view InputSeries::read() {
  while (current_ || open_next()) {
    auto const bytes = current_->read();
    if (!bytes.empty()) {
      within_line_ = bytes.back() != '\n';
      return bytes;
    }
    if (!current_->problem().empty()) say(paths_[next_ - 1], current_->problem());
    consumed_ += current_->consumed();
    current_.reset();
    if (std::exchange(within_line_, false)) return "\n";
  }
  return {};
}

}  // namespace postern::app

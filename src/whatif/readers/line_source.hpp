// An input of lines: cuts what arrives into lines that end with LF or CRLF.
// Bounds: a line longer than `max_line` bytes is skipped to its end and counted.
#pragma once

#include "whatif/facts_source.hpp"

namespace postern::whatif {

class LineSource : public FactsSource {
 public:
  static constexpr std::size_t max_line = 64 * 1024;

  void feed(std::string_view bytes) final;
  void end() final;

 protected:
  virtual void line(std::string_view text) = 0;  // without its end; never empty
  virtual void ended() = 0;                      // after the last line

 private:
  void one(std::string_view text);
  std::string begun_;  // a line whose end has not come yet
  bool too_long_ = false;
};

}  // namespace postern::whatif

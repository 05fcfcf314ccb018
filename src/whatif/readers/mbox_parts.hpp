// Parts a mailbox file (RFC 4155) into the header sections of its messages. A message begins with a line
// "From ", behind an empty line or at the start, that is followed by a header field; text that happens to
// begin with "From " is not taken for one.
// Bounds: one header section of 256 KiB, whatever the size of the file; longer lines are cut.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace postern::whatif {

class MboxParts {
 public:
  static constexpr std::string_view from_line = "From ";  // how one begins

  // `filed`: the time in the From line.
  using TakeHeader = std::function<void(std::string_view header, std::optional<Instant> filed)>;

  explicit MboxParts(TakeHeader take) : take_(std::move(take)) {}

  static bool head_looks_like(std::string_view start);
  void feed(std::string_view bytes);
  void end();

 private:
  void line(std::string_view text, bool whole);
  bool may_begin_message(std::string_view text) const;
  void begin_message();
  void finish_message();

  TakeHeader take_;
  std::string begun_;         // a line whose end has not come yet
  std::string pending_from_;  // a From line whose next line has not come yet
  std::string header_;
  std::optional<Instant> filed_;
  bool in_message_ = false, in_header_ = false, after_empty_ = true, cut_ = false;
  bool any_begun_ = false;
  bool timeless_ = false;  // its From lines have no time
};

}  // namespace postern::whatif

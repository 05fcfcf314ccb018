// Enhanced mail system status codes (RFC 3463 section 2): class.subject.detail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postern::wire {

struct EnhancedStatus {
  std::uint8_t klass = 0;  // 2, 4, 5; 0: none
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;

  bool present() const { return klass != 0; }
  std::string print() const;
  // Reads one at the start of `text`; `length` receives how many characters it took.
  static std::optional<EnhancedStatus> parse(std::string_view text, std::size_t& length);

  friend bool operator==(EnhancedStatus const&, EnhancedStatus const&) = default;
};

}  // namespace postern::wire

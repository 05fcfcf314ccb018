// The queue id of a message: unique in one spool and growing with time.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postern {

struct MessageId {
  std::uint64_t value = 0;  // microseconds since 1970 at which it was given out, or a little more

  std::string print() const;  // 11 to 13 characters of 0-9 A-Z without I, L, O, U
  static std::optional<MessageId> parse(std::string_view text);  // either case

  friend auto operator<=>(MessageId const&, MessageId const&) = default;
};

struct MessageIdHash {
  std::size_t operator()(MessageId id) const {
    return std::hash<std::uint64_t>{}(id.value * 0x9E3779B97F4A7C15ULL);
  }
};

}  // namespace postern

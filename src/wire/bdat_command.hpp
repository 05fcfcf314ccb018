// BDAT's argument: chunk-size [SP "LAST"] (RFC 3030 section 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace postern::wire {

struct BdatCommand {
  std::uint64_t size = 0;  // bytes that follow
  bool last = false;
};

std::optional<BdatCommand> parse_bdat(std::string_view argument);  // absent when malformed

}  // namespace postern::wire

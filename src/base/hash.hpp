// A fast hash of text, the same on every machine: for keys of tables, never against somebody who picks the
// text.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0);

}  // namespace postern

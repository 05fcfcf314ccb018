// A fast hash of text. Without a seed it is the same on every machine, and somebody who picks the text can
// make two texts collide; a table whose keys strangers pick takes a random seed.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern {

std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0);

}  // namespace postern

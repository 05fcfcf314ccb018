#include "base/hash.hpp"

#include <xxhash.h>

namespace postern {

std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

}  // namespace postern

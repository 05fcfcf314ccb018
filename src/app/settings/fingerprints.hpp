// SHA-256 of certificates and of public keys, as an owner writes them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "app/settings/problems.hpp"

namespace postern::app {

// SHA-256 in hexadecimal, colons allowed: in lower case, without them; empty when it is none.
std::string normal_fingerprint(std::string_view written);

// `where`: the key that has them, for errors.
std::unordered_set<std::string> fingerprints_of(std::vector<std::string> const& written, int line,
                                                std::string const& where, Problems& problems);

}  // namespace postern::app

// A sender domain whose mail must come with a certain client certificate: a proof on both sides.
#pragma once

#include <string>
#include <unordered_set>

#include "base/instant.hpp"

namespace postern::policy {

struct Pin {
  std::unordered_set<std::string> fingerprints;  // SHA-256 of public keys, hexadecimal, lower case
  std::unordered_set<std::string> names;         // of trusted certificates, lower case
  Duration learn_after{};  // not zero: the one key its mail has shown for so long becomes the pin
};

}  // namespace postern::policy

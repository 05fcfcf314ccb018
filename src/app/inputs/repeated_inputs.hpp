// Of inputs that tell the same, one is read, so that nothing counts twice: one file by two names, a rotated
// file beside its compressed copy, logs into which the same lines are written (mail.log and mail.info).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "app/inputs/inputs.hpp"

namespace postern::app {

// Bytes at the beginning with which two inputs have to agree: fewer may well be the same by chance.
constexpr std::size_t least_repeated = 512;

// Whether two inputs begin with the same bytes, as far as both were looked at, and with enough of them that
// it is no chance.
bool begin_alike(std::string_view a, std::string_view b);

// "mail.info: it begins with the same lines as mail.log, and is not read, so that nothing counts twice"
std::string says_repeated(std::string const& left_out, std::string const& read);

// The inputs without the files that repeat another one's. The one of two that holds more, decompressed, is
// kept, in the place of the first. `problems`: a sentence for each that is left out. What is no regular file
// is not looked at, since it can be read only once.
std::vector<InputPath> without_repeated(std::vector<InputPath> inputs, std::vector<std::string>& problems);

}  // namespace postern::app

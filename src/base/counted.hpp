// "1 message", "2 messages", "3 replies": how many of something, for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postern {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many);
std::string counted(std::uint64_t count, std::string_view one);  // many: with an s

}  // namespace postern

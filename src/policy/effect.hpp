// What is done with a message, in the order of preference: never accept and drop.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::policy {

enum class Effect : std::uint8_t { accept, flag, defer, reject };
std::string_view print(Effect effect);

}  // namespace postern::policy

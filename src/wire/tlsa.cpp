#include "wire/tlsa.hpp"

#include "base/hex.hpp"

namespace postern::wire {

bool Tlsa::usable() const {
  if (usage != 2 && usage != 3) return false;
  if (selector > 1) return false;
  switch (matching) {
    case 0: return !data.empty();
    case 1: return data.size() == 32;
    case 2: return data.size() == 64;
    default: return false;
  }
}

std::string Tlsa::print() const {
  return std::to_string(usage) + " " + std::to_string(selector) + " " + std::to_string(matching) + " " +
         hex({reinterpret_cast<std::uint8_t const*>(data.data()), data.size()});
}

std::optional<Tlsa> parse_tlsa(std::string_view data) {
  if (data.size() < 4) return std::nullopt;
  return Tlsa{.usage = static_cast<std::uint8_t>(data[0]),
              .selector = static_cast<std::uint8_t>(data[1]),
              .matching = static_cast<std::uint8_t>(data[2]),
              .data = std::string(data.substr(3))};
}

}  // namespace postern::wire

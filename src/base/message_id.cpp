#include "base/message_id.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern {
namespace {

constexpr std::string_view id_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(id_alphabet.size() == 32);

}  // namespace

std::string MessageId::print() const {
  std::string out;
  for (std::uint64_t rest = value; rest != 0 || out.size() < 11; rest >>= 5) out += id_alphabet[rest & 31];
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<MessageId> MessageId::parse(std::string_view text) {
  if (text.size() < 11 || text.size() > 13) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    auto const digit = id_alphabet.find(to_upper(c));
    if (digit == std::string_view::npos || value > (UINT64_MAX >> 5)) return std::nullopt;
    value = value << 5 | digit;
  }
  return MessageId{value};
}

}  // namespace postern

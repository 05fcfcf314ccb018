#include "wire/enhanced_status.hpp"

#include "base/ascii.hpp"
#include "wire/cursor.hpp"

namespace postern::wire {
namespace {

// 1 to 3 digits without a leading zero (RFC 3463 section 2).
std::optional<std::uint16_t> number(Cursor& at) {
  auto const digits = at.take_while(is_digit);
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  unsigned value = 0;
  for (char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return static_cast<std::uint16_t>(value);
}

}  // namespace

std::string EnhancedStatus::print() const {
  return std::to_string(klass) + "." + std::to_string(subject) + "." + std::to_string(detail);
}

std::optional<EnhancedStatus> EnhancedStatus::parse(std::string_view text, std::size_t& length) {
  Cursor at(text);
  char const klass = at.next();
  if ((klass != '2' && klass != '4' && klass != '5') || !at.take('.')) return std::nullopt;
  auto const subject = number(at);
  if (!subject || !at.take('.')) return std::nullopt;
  auto const detail = number(at);
  if (!detail || (!at.at_end() && !is_blank(at.peek()))) return std::nullopt;
  length = at.position();
  return EnhancedStatus{
      .klass = static_cast<std::uint8_t>(klass - '0'), .subject = *subject, .detail = *detail};
}

}  // namespace postern::wire

#include "base/domain.hpp"

#include <idn2.h>

#include <cstdint>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace postern {
namespace {

bool is_label_character(char c) { return is_alnum(c) || c == '-' || c == '_' || is_8bit(c); }

Result<std::string, DomainError> to_a_label(std::string const& text) {
  if (is_ascii(text)) return lowered(text);
  if (!is_utf8(text)) return fail(DomainError::bad_character);
  char* raw = nullptr;
  int const status = ::idn2_to_ascii_8z(text.c_str(), &raw, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  if (status != IDN2_OK) return fail(DomainError::bad_idn);
  std::string out = lowered(raw);
  ::idn2_free(raw);
  return out;
}

}  // namespace

Result<Domain, DomainError> Domain::parse(std::string_view text) {
  if (text.empty()) return fail(DomainError::empty);
  if (text.size() > 255) return fail(DomainError::too_long);
  std::size_t label = 0;
  char previous = '.';
  for (char c : text) {
    if (c == '.') {
      if (label == 0 || previous == '-') return fail(DomainError::bad_label);
      label = 0;
    } else {
      if (!is_label_character(c)) return fail(DomainError::bad_character);
      if (label == 0 && c == '-') return fail(DomainError::bad_label);
      if (++label > 63) return fail(DomainError::too_long);
    }
    previous = c;
  }
  if (label == 0 || previous == '-') return fail(DomainError::bad_label);
  std::string written(text);
  auto a_label = to_a_label(written);
  if (!a_label) return fail(a_label.error());
  if (a_label->size() > 255) return fail(DomainError::too_long);
  return Domain(std::move(written), std::move(*a_label));
}

bool Domain::has_valid_a_labels() const {
  if (a_label_.find("xn--") == std::string::npos) return true;
  std::uint8_t* raw = nullptr;
  int const status =
      ::idn2_lookup_u8(reinterpret_cast<std::uint8_t const*>(a_label_.c_str()), &raw, IDN2_NONTRANSITIONAL);
  ::idn2_free(raw);
  return status == IDN2_OK;
}

}  // namespace postern

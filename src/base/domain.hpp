// A domain name that has been checked: letter-digit-hyphen labels or well-formed UTF-8 ones (RFC 5321
// section 4.1.2, RFC 6531 section 3.3). Kept as written and, for comparing, as lower-case A-labels (RFC
// 5890). Bounds: 255 octets, labels of 63 (RFC 1035 section 2.3.4).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace postern {

enum class DomainError { empty, too_long, bad_label, bad_character, bad_idn };

class Domain {
 public:
  // A final dot is not part of mail's syntax and is an error. Underscores are taken: real HELO names and
  // hosts have them.
  [[nodiscard]] static Result<Domain, DomainError> parse(std::string_view text);

  std::string const& text() const { return text_; }        // as written
  std::string const& a_label() const { return a_label_; }  // lower case, "xn--" where needed

  // Whether each label that begins with "xn--" is an A-label (RFC 5890 section 2.3.2.1). It is not asked of
  // names that others write.
  bool has_valid_a_labels() const;

  friend bool operator==(Domain const& a, Domain const& b) { return a.a_label_ == b.a_label_; }

 private:
  Domain(std::string text, std::string a_label) : text_(std::move(text)), a_label_(std::move(a_label)) {}
  std::string text_;
  std::string a_label_;
};

}  // namespace postern

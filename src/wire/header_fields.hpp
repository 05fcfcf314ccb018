// A message's header section as a list of fields that can be changed. A field that nobody changes keeps every
// octet, so that its signatures hold. Lines end with CRLF, or with LF under BINARYMIME. Bounds: the section
// that it is given; what changes add is bounded by wire/message_changes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message_changes.hpp"

namespace postern::wire {

// Where the header section of `content` ends: behind the last field, before the empty line. npos: not in what
// there is of it.
std::size_t end_of_header(std::string_view content);

class HeaderFields {
 public:
  struct Field {
    std::string name;
    std::string text;                // name, colon, value and the end of the last line
    std::string_view value() const;  // with its first blank, without the end of the last line
  };

  HeaderFields() = default;
  explicit HeaderFields(std::string_view section);  // without the empty line behind it

  // A field that only this server may write (wire/own_fields) is left as it is.
  void apply(HeaderChange const& change);
  void remove_if_named(bool (*is_named)(std::string_view name));

  std::vector<Field> const& fields() const { return fields_; }
  std::string print() const;  // without the empty line
  std::size_t size() const;   // of what print() gives
  bool changed() const { return changed_; }

 private:
  void remove_nth(std::string_view name, std::int64_t index);

  std::vector<Field> fields_;
  bool changed_ = false;
};

// The text of a field that somebody else wants to be written: every line end becomes CRLF and a blank, so
// that no value can begin another field or end the section; NUL is left out.
std::string print_field(std::string_view name, std::string_view value);

}  // namespace postern::wire

// Watches a message's header section go by and keeps what its From fields say (RFC 5322 section 3.6.2), as
// whoever reads it later may see them: a lone CR or LF ends a line, too, blanks may stand before the colon
// (section 4.5), and there may be several. Only an empty line that ends with LF ends the section. Bounds: 16
// KiB of fields; what is more is noticed and not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"

namespace postern::wire {

class FromField {
 public:
  void feed(std::string_view bytes);  // of the content, cut anywhere

  bool ended() const { return ended_; }  // the header section is over
  // Of all From fields so far; none without such a field. The error says what is no address.
  Result<std::vector<Address>, std::string> addresses() const;

 private:
  enum class Place : std::uint8_t { line_start, name, behind_name, in_from, elsewhere };

  void take(char c);
  void begin_line(char c);
  void take_name(char c);
  void begin_field();
  void keep(char c);
  void end_line() { place_ = Place::line_start; }

  std::vector<std::string> fields_;  // unfolded, without their names
  std::size_t kept_ = 0;             // bytes of them, with their names
  Place place_ = Place::line_start;
  std::string name_;        // of the field, as long as it may be "from"
  bool continues_ = false;  // a folded line would belong to a From field
  bool anything_ = false;   // in this line, as LF ends lines
  bool too_long_ = false;
  bool ended_ = false;
};

}  // namespace postern::wire

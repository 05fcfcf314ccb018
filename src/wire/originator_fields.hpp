// Watches a message's header section go by and keeps what its From, Sender, Resent-From and Resent-Sender
// fields say (RFC 5322 section 3.6.2, 3.6.6), as whoever reads it later may see them: a lone CR or LF ends a
// line, too, blanks may stand before the colon (section 4.5), and there may be several. Only an empty line
// that ends with LF ends the section. Bounds: 16 KiB of fields; what is more is noticed and not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"

namespace postern::wire {

class OriginatorFields {
 public:
  void feed(std::string_view bytes);  // of the content, cut anywhere

  bool ended() const { return ended_; }  // the header section is over
  bool has_from() const { return has_from_; }
  // Of all From fields so far; none without such a field. The error says what is no address.
  Result<std::vector<Address>, std::string> authors() const { return addresses(Kind::author); }
  // The same of the other fields.
  Result<std::vector<Address>, std::string> senders() const { return addresses(Kind::sender); }

 private:
  enum class Place : std::uint8_t { line_start, name, behind_name, in_field, elsewhere };

  enum class Kind : std::uint8_t { author, sender };
  struct Field {
    Kind kind = Kind::author;
    std::string text;  // unfolded, without its name
  };

  Result<std::vector<Address>, std::string> addresses(Kind kind) const;
  void take(char c);
  void begin_line(char c);
  void take_name(char c);
  void begin_field();
  void keep(char c);
  void end_line() { place_ = Place::line_start; }

  std::vector<Field> fields_;
  std::size_t kept_ = 0;  // bytes of them, with their names
  Place place_ = Place::line_start;
  std::string name_;        // of the field, as long as it may be one of these
  bool continues_ = false;  // a folded line would belong to such a field
  bool anything_ = false;   // in this line, as LF ends lines
  bool too_long_ = false;
  bool has_from_ = false;
  bool ended_ = false;
};

}  // namespace postern::wire

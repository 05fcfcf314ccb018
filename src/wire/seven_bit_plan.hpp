// How each entity of a message is to be written where only 7-bit characters pass (RFC 6152 section 3, RFC
// 2045 section 6.2), or why there is no way. To be fed with all of the message before SevenBit writes it
// anew, since the header section of a part comes before what decides.
//
// Text becomes quoted-printable unless base64 is much shorter, anything else base64; multiparts and messages
// within are gone into. There is no way for 8-bit header fields, for what must not be changed
// (multipart/signed, RFC 1847 section 2.1; message/partial and message/external-body, RFC 2046 section 5.2),
// and for what is encoded already. Bounds: 10,000 entities; those of MimeWalk. Memory: a byte for each
// entity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/mime_walk.hpp"

namespace postern::wire {

enum class EntityForm : std::uint8_t {
  as_it_is,
  seven_bit,  // it is that already, or its parts become that, but it is labelled otherwise
  quoted_printable,
  base64
};

class SevenBitPlan : private MimeVisitor {
 public:
  SevenBitPlan() = default;
  SevenBitPlan(SevenBitPlan const&) = delete;
  SevenBitPlan& operator=(SevenBitPlan const&) = delete;

  void feed(std::string_view bytes) { walk_.feed(bytes); }  // cut anywhere; lines end with CRLF
  void finish() { walk_.finish(); }

  // Why there is no way, as a phrase for a reply; empty: none has been found. It may be known early.
  std::string const& obstacle() const { return obstacle_; }
  std::vector<EntityForm> const& forms() const { return forms_; }  // in the order in which entities begin

 private:
  struct Open {  // an entity
    std::size_t index = 0;
    EntityHead head = {};
    std::uint64_t octets = 0;     // of its body, as are the following
    std::uint64_t quoted = 0;     // that are longer in quoted-printable
    std::size_t line_length = 0;  // of the current line
    bool has_8bit = false;        // or NUL, or a CR or LF alone
    bool has_long_line = false;   // longer than RFC 5322 section 2.1.1 allows
    bool outside_8bit = false;    // before or behind its parts
    std::size_t parts = 0;
    bool is_closed = false;    // its last delimiter has come
    bool is_doubtful = false;  // a line of it may be a delimiter
    bool is_changed = false;   // something within is
  };

  void on_doubt() override;
  void on_begin() override;
  void on_header(std::string_view bytes, FieldKind field) override;
  void on_head(EntityHead const& head) override;
  void on_body(std::string_view bytes) override;
  void on_outside(std::string_view bytes) override;
  void on_delimiter(std::string_view bytes) override;
  void on_end() override;
  EntityForm form_of(Open const& entity);
  static EntityForm form_of_leaf(Open const& entity);
  void refuse(std::string why);

  std::vector<EntityForm> forms_;
  std::vector<Open> open_;  // the innermost last
  std::string obstacle_;
  MimeWalk walk_{*this};
};

}  // namespace postern::wire

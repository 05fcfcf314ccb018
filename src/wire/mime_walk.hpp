// Goes through the entities of a message (RFC 2045 section 2.4, RFC 2046 section 5), and tells a visitor
// about each piece of it in order, so that a visitor that writes every piece again writes the message again.
// Decodes nothing.
//
// Lines end with CRLF and nothing else. A line is a delimiter when it is "--" and the boundary of a multipart
// around it, then perhaps "--", then perhaps blanks; of several the innermost counts. A header section ends
// with its empty line, with a delimiter, or before a line that is no field. Bounds: 20 entities deep, 16 KiB
// for the fields that tell the type, boundaries of 250 characters; an entity beyond these is closed.
// Memory: the start of a line, and these fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

enum class EntityKind : std::uint8_t {
  leaf,       // its body is its content
  multipart,  // its body has other entities
  message,    // its body is a message
  closed      // its body is not gone into, and must stay as it is
};

struct EntityHead {
  EntityKind kind = EntityKind::leaf;
  std::string type;             // "text/plain", lower case
  std::string encoding;         // Content-Transfer-Encoding, lower case; empty: not said
  bool of_message = false;      // and not of a part
  bool has_type = false;        // Content-Type is there
  bool has_version = false;     // MIME-Version is there
  bool has_empty_line = false;  // the line that ends the header section is there, behind what was told of it
};

enum class FieldKind : std::uint8_t { transfer_encoding, other };

class MimeVisitor {
 public:
  virtual ~MimeVisitor() = default;
  virtual void on_header(std::string_view bytes, FieldKind field) = 0;  // without the empty line
  virtual void on_head(EntityHead const& head) = 0;                     // the header section has ended
  virtual void on_body(std::string_view bytes) = 0;     // of a leaf or of what is closed; CRLF comes alone
  virtual void on_outside(std::string_view bytes) = 0;  // before, between and behind parts; CRLF comes alone
  virtual void on_delimiter(std::string_view bytes) = 0;  // with the CRLF before it, which belongs to it
  // A line begins as a delimiter does and goes on otherwise: RFC 2046 section 5.1.1 lets it be one, and many
  // readers take it for text. It is passed on as text.
  virtual void on_doubt() {}
  virtual void on_begin() = 0;  // of an entity; they nest
  virtual void on_end() = 0;
};

class MimeWalk {
 public:
  explicit MimeWalk(MimeVisitor& visitor) : visitor_(visitor) {}

  void feed(std::string_view bytes);  // cut anywhere
  void finish();

 private:
  enum class At : std::uint8_t { header, body, outside };
  enum class Read : std::uint8_t { in_part, to_its_end, to_the_last_byte };  // a line
  struct Entity {
    std::string boundary = {};  // of a multipart; empty: none, or its last delimiter has come
    bool of_message = false;
    bool message_by_default = false;  // a part of multipart/digest (RFC 2046 section 5.1.5)
    bool of_messages = false;         // is multipart/digest
    std::size_t types = 0;            // Content-Type fields
    std::size_t encodings = 0;        // Content-Transfer-Encoding fields
    bool has_version = false;
  };

  bool may_become_something() const;
  void begin();
  void take_start(Read read);
  bool take_delimiter(std::string_view line, bool ended);
  void take_header_line(std::string_view line, Read read);
  void take_field_start(std::string_view name, std::string_view line);
  void take_text(std::string_view text);
  void end_line();
  void begin_entity(Entity entity);
  void end_header(bool has_empty_line);
  EntityKind kind_of(EntityHead const& head, std::string const& boundary) const;
  void end_entity();
  void release_line_end();

  MimeVisitor& visitor_;
  bool begun_ = false;
  std::vector<Entity> entities_;  // the innermost last
  At at_ = At::header;
  std::string start_;         // of the current line, while it is not known what it is
  bool in_line_ = false;      // it is known, and its end is awaited
  bool after_cr_ = false;     // in a line: a CR has come that may begin its end
  bool held_end_ = false;     // the last line of a body has ended; its CRLF may belong to a delimiter
  std::size_t bounded_ = 0;   // entities with a boundary
  std::string fields_;        // of the current header: those that tell the type
  bool keeps_field_ = false;  // the current field is one of them
  bool seen_field_ = false;
  FieldKind field_ = FieldKind::other;
};

}  // namespace postern::wire

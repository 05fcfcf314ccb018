// Writes a message in 7-bit characters, as a server without 8BITMIME needs it (RFC 6152 section 3), by a plan
// that has seen all of it. Every part decodes to what it was; where a part says in which form it is
// (Content-Transfer-Encoding), it says the new one, and what makes readers heed it is added (MIME-Version,
// and a type for text that has none). Text before and behind parts, which nobody is to show (RFC 2046 section
// 5.1.1), gets "?" for each 8-bit character. A stage of content (wire/content_intake); it asserts that
// nothing else than 7-bit characters leaves. Memory: that of MimeWalk, and a byte for each entity.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/base64_lines.hpp"
#include "wire/quoted_printable.hpp"
#include "wire/seven_bit_plan.hpp"

namespace postern::wire {

class SevenBit : private MimeVisitor {
 public:
  // `forms`: of a plan that has found no obstacle.
  explicit SevenBit(std::vector<EntityForm> forms) : forms_(std::move(forms)) {}
  SevenBit(SevenBit const&) = delete;
  SevenBit& operator=(SevenBit const&) = delete;

  void feed(std::string_view bytes, std::string& out);  // appends; cut anywhere, the same message again
  void finish(std::string& out);

 private:
  void on_begin() override;
  void on_header(std::string_view bytes, FieldKind field) override;
  void on_head(EntityHead const& head) override;
  void on_body(std::string_view bytes) override;
  void on_outside(std::string_view bytes) override;
  void on_delimiter(std::string_view bytes) override;
  void on_end() override;
  void hand_over(std::string& out);

  std::vector<EntityForm> forms_;
  std::size_t begun_ = 0;         // entities
  std::vector<EntityForm> open_;  // of the entities that have begun and not ended
  QuotedPrintable quoted_printable_;
  Base64Lines base64_;
  std::string made_;             // by the call under way
  bool in_line_ = false;         // the last byte that was made ends no line
  bool lacks_line_end_ = false;  // base64 has ended, and no delimiter has come
  MimeWalk walk_{*this};
};

// All of it at once; absent when there is no way.
std::optional<std::string> to_seven_bit(std::string_view message);

}  // namespace postern::wire

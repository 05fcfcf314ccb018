// Lists of tags as DKIM, DMARC and ARC write them: "v=1; a=rsa-sha256; ..." (RFC 6376 section 3.2).
// Lifetime: views into the text. Bounds: at most 64 tags.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::auth {

class TagList {
 public:
  struct Tag {
    std::string_view name, value;  // the value without white space at its ends
  };

  // Absent: the syntax is wrong, or a tag is there twice.
  static std::optional<TagList> parse(std::string_view text);

  // The tags that are well formed, of several with one name the first: what is wrong is passed over, as DMARC
  // wishes (RFC 7489 section 6.3).
  static TagList parse_well_formed(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;
  std::vector<Tag> const& tags() const { return tags_; }

 private:
  std::vector<Tag> tags_;
};

// Without any white space: base64 and names may be folded anywhere.
std::string without_blanks(std::string_view text);

// "a : b :c" as its parts, without white space around them.
std::vector<std::string_view> split_list(std::string_view text, char separator);

}  // namespace postern::auth

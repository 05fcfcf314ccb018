// Takes a MIME message apart into its leaves (RFC 2045, RFC 2046), as far as reading reports needs it: base64
// and quoted-printable are decoded, character sets are not. Lines may end with LF alone, as files keep them.
// Bounds: 1,000 parts, ten deep; what lies beyond is left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct MimePart {
  std::string type;       // "application/json", lower case, without parameters
  std::string file_name;  // as Content-Disposition says, or else Content-Type; empty: none
  std::string content;
};

std::vector<MimePart> mime_leaves(std::string_view message);

struct MimeHeader {
  std::string type = "text/plain";  // lower case, without parameters
  std::string boundary;             // of a multipart
  std::string encoding;             // Content-Transfer-Encoding, lower case; empty: not said
  std::string file_name;            // as Content-Disposition says, or else Content-Type; empty: none
};

// Reads the header section of a message or of a part, with the empty line, and leaves the body in `message`.
MimeHeader take_mime_header(std::string_view& message);

}  // namespace postern::wire

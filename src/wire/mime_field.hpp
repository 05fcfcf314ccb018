// The value of Content-Type, Content-Disposition and the like with its parameters (RFC 2045 section 5.1):
// `multipart/mixed (comment); boundary="a;b"`. What stands in quotes or in a comment ends nothing; where the
// grammar is broken, the next semicolon begins anew.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::wire {

struct MimeField {
  std::string value;                                            // before the first semicolon, lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // as written, the names in lower case

  // Empty: there is none of this name, or there are several, of which readers choose differently.
  std::string parameter(std::string_view name) const;
};

MimeField parse_mime_field(std::string_view text);  // what stands behind the colon, folded or not

}  // namespace postern::wire

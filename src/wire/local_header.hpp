// The header section of a message as local programs write it. A blank before the colon is taken (RFC 5322
// section 4.5), the "From " line of an mbox is skipped (RFC 4155), a line that is only blanks adds nothing to
// its field (RFC 5322 section 3.2.2). The first line that is neither field nor folded ends the section, as
// it does for sendmail: an empty line is taken with it, any other belongs to the body.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::wire {

struct LocalField {
  std::string name;
  std::string body;  // behind the colon, with its folded lines and their CRLF
};

// Takes the header section off the front of `text`, whose lines all end with CRLF.
std::vector<LocalField> take_local_header(std::string_view& text);

}  // namespace postern::wire

// Values of MIME fields and their parameters (RFC 2045 section 5.1).
#include "wire/mime_field.hpp"

#include <gtest/gtest.h>

#include "support/exhaustive.hpp"
#include "wire/mime.hpp"

namespace postern::wire {
namespace {

TEST(MimeField, TellsValueAndParameters) {
  struct Row {
    std::string_view text, value, boundary;
  };
  for (auto const& row : std::initializer_list<Row>{
           {" multipart/mixed; boundary=a", "multipart/mixed", "a"},
           {" Multipart/Mixed;BOUNDARY=\"a b\"", "multipart/mixed", "a b"},
           {" multipart/mixed;\r\n\tboundary\r\n = \"a\"\r\n", "multipart/mixed", "a"},
           {"multipart/mixed; name=\"x; boundary=wrong\"; boundary=right", "multipart/mixed", "right"},
           {"multipart/mixed; boundary=right; name=\"; boundary=wrong\"", "multipart/mixed", "right"},
           {"multipart/mixed; name=\"\\\"; boundary=wrong\"; boundary=right", "multipart/mixed", "right"},
           {"multipart/mixed (; boundary=wrong); boundary=right", "multipart/mixed", "right"},
           {"multipart/mixed; (\"; boundary=wrong) boundary=right", "multipart/mixed", "right"},
           {"multipart/mixed; boundary (one (of) two) = (\\)) right (behind)", "multipart/mixed", "right"},
           {"(first) multipart/mixed (last)", "multipart/mixed", ""},
           {"multipart/mixed; boundary=\"a\\\"b\"", "multipart/mixed", "a\"b"},
           {"multipart/mixed; boundary=\"a\r\n b\"", "multipart/mixed", "a b"},
           {"multipart/mixed; boundary=----=_Part_1?:/.,", "multipart/mixed", "----=_Part_1?:/.,"},
           {"multipart/mixed; boundary=a\"; boundary=b\"", "multipart/mixed", "a"},
           {"multipart/mixed; boundary=a; boundary=b", "multipart/mixed", ""},  // readers differ
           {"multipart/mixed; xboundary=a", "multipart/mixed", ""},
           {"multipart/mixed; boundary*=a", "multipart/mixed", ""},
           {"multipart/mixed; boundary", "multipart/mixed", ""},
           {"multipart/mixed; boundary=", "multipart/mixed", ""},
           {"multipart/mixed; boundary=\"", "multipart/mixed", ""},
           {"multipart/mixed; boundary=\"a", "multipart/mixed", "a"},
           {"multipart/mixed; ; =x; boundary=a;", "multipart/mixed", "a"},
           {"multipart/mixed (; boundary=a", "multipart/mixed", ""},
           {"", "", ""},
           {";", "", ""},
       }) {
    auto const field = parse_mime_field(row.text);
    EXPECT_EQ(field.value, row.value) << row.text;
    EXPECT_EQ(field.parameter("boundary"), row.boundary) << row.text;
  }
}

// What no reader may take for a boundary: nothing in quotes or in a comment is one, whatever stands around.
TEST(MimeField, NothingInQuotesOrCommentsIsAParameter) {
  tests::for_each_string("a;=(\\", 6, [](std::string_view text) {
    auto const quoted = "text/plain; name=\"" + std::string(text) + "x;boundary=b\"";
    ASSERT_EQ(parse_mime_field(quoted).parameter("boundary"), "") << quoted;
  });
  tests::for_each_string("a;=\"\\", 6, [](std::string_view text) {
    auto const comment = "text/plain (" + std::string(text) + "x;boundary=b)";
    ASSERT_EQ(parse_mime_field(comment).parameter("boundary"), "") << comment;
    ASSERT_EQ(parse_mime_field(comment).value, "text/plain") << comment;
  });
}

TEST(MimeField, ThePartsOfAMessageAreThoseOfItsRealBoundary) {
  auto const parts = mime_leaves(
      "Content-Type: multipart/mixed; name=\"; boundary=wrong\"; (; boundary=worse)\r\n "
      "boundary=\"right\"\r\n\r\n"
      "--wrong\r\n\r\nnone\r\n--right\r\nContent-Transfer-Encoding: base64 "
      "(comment)\r\n\r\nb25l\r\n--right--\r\n");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].content, "one");
}

}  // namespace
}  // namespace postern::wire

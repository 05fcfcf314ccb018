// Lines and objects of JSON, cut out of what arrives in pieces.
#include "whatif/readers/line_cutter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::tests {
namespace {

using namespace whatif;

std::vector<std::string> cut(LineCutter::By by, std::string_view text, std::size_t piece) {
  std::vector<std::string> out;
  LineCutter cutter(by, [&](std::string_view found) { out.emplace_back(found); });
  for (std::size_t at = 0; at < text.size(); at += piece) cutter.feed(text.substr(at, piece));
  cutter.end();
  return out;
}

TEST(LineCutter, LinesEndWithLfOrCrlfAndTheLastWithNothing) {
  for (std::size_t const piece : {std::size_t{1}, std::size_t{4}, std::size_t{100}})
    EXPECT_EQ(cut(LineCutter::By::lines, "one\r\n\ntwo\nthree", piece),
              (std::vector<std::string>{"one", "two", "three"}));
}

TEST(LineCutter, ALineThatIsTooLongIsPassedOverAndCounted) {
  std::vector<std::string> out;
  LineCutter cutter(LineCutter::By::lines, [&](std::string_view found) { out.emplace_back(found); });
  cutter.feed(std::string(LineCutter::max_line + 1, 'x') + "\nnext\n");
  cutter.end();
  EXPECT_EQ(out, std::vector<std::string>{"next"});
  EXPECT_EQ(cutter.too_long(), 1U);
}

TEST(LineCutter, ObjectsInAllFormsOfStreams) {
  std::vector<std::string> const two{R"({"a":"}\"{"})", R"({"b":{"c":1}})"};
  for (auto const& text :
       {two[0] + "\n" + two[1] + "\n", "[" + two[0] + "," + two[1] + "]",
        "[\n" + two[0] + ",\n" + two[1] + "\n]\n", "data: " + two[0] + "\n\ndata: " + two[1] + "\n\n",
        "\x1E" + two[0] + "\n\x1E" + two[1] + "\n"})
    for (std::size_t const piece : {std::size_t{1}, std::size_t{3}, text.size()})
      EXPECT_EQ(cut(LineCutter::By::json_objects, text, piece), two) << text;
  EXPECT_EQ(cut(LineCutter::By::json_objects, "{\n\t\"a\" : 1,\n\t\"b\" : 2\n}\n", 5),
            std::vector<std::string>{"{\n\t\"a\" : 1,\n\t\"b\" : 2\n}"});
}

TEST(LineCutter, AnObjectThatWasCutOffDoesNotTakeTheNextWithIt) {
  std::vector<std::string> const right{R"({"a":"unfin)", R"({"b":1})", "a plain line", R"({"c":2})"};
  EXPECT_EQ(cut(LineCutter::By::json_objects, "{\"a\":\"unfin\n{\"b\":1}\na plain line\n{\"c\":2}\n", 3),
            right);
}

}  // namespace
}  // namespace postern::tests

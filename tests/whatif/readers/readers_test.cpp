// The table of readers.
#include <gtest/gtest.h>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

TEST(Readers, EachHasANameOfItsOwnThatIsReadBack) {
  ASSERT_EQ(readers().size(), format_count);
  for (auto const& reader : readers()) {
    EXPECT_EQ(parse_format(reader.name), reader.format) << reader.name;
    EXPECT_NE(format_names().find(reader.name), std::string::npos) << reader.name;
    EXPECT_NE(format_help().find(reader.reads), std::string::npos) << reader.name;
  }
  EXPECT_FALSE(parse_format("binary"));
  EXPECT_FALSE(parse_format(""));
}

TEST(Readers, EachIsKnownEitherByItsHeadOrByItsLines) {
  for (auto const& reader : readers())
    EXPECT_NE(reader.head_looks_like == nullptr, reader.line_looks_like == nullptr) << reader.name;
}

TEST(Readers, AllButTheFactsReadAStreamAndTakeNothingForAMessage) {
  for (auto const& reader : readers()) {
    Collected out;
    auto const source = make_source(reader.format, {.reference = reference}, out);
    ASSERT_EQ(source == nullptr, reader.format == Format::facts) << reader.name;
    if (!source) continue;
    source->feed("no input of any kind\n");
    source->end();
    EXPECT_TRUE(out.messages().empty() || out.messages()[0].origin == Origin::local) << reader.name;
    EXPECT_FALSE(source->kind().empty()) << reader.name;
  }
}

}  // namespace
}  // namespace postern::tests

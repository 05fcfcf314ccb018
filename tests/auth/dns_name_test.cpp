#include "auth/dns_name.hpp"

#include <gtest/gtest.h>

#include "auth/tag_list.hpp"

namespace postern::tests {
namespace {

using namespace auth;

TEST(DnsName, can_be_asked_for_when_its_labels_fit) {
  std::string const label(63, 'a');
  for (auto const& name :
       {std::string("a"), std::string("a.b"), label + ".example", std::string("macro%percent  space.example"),
        std::string("foo:bar/baz.example"), std::string("_dmarc.x-y.example"),
        label + "." + label + "." + label + "." + std::string(61, 'b')})
    EXPECT_TRUE(is_askable(name)) << name;
  for (auto const& name :
       {std::string(), std::string("."), std::string("a."), std::string(".a"), std::string("a..b"),
        label + "a.example", std::string("a\\.b"), std::string("a\tb"), std::string("\xC3\xA9.example"),
        std::string("a\0b", 3), label + "." + label + "." + label + "." + std::string(62, 'b')})
    EXPECT_FALSE(is_askable(name)) << name;
}

TEST(DnsName, is_compared_in_lower_case_and_a_labels) {
  EXPECT_EQ(comparable_domain("Mail.EXAMPLE."), "mail.example");
  EXPECT_EQ(comparable_domain("b\xC3\xBC"
                              "cher.example"),
            "xn--bcher-kva.example");
  EXPECT_EQ(comparable_domain("\xFF.Example"), "\xFF.example");
  EXPECT_EQ(comparable_domain(""), "");
}

TEST(TagList, is_read_strictly_or_for_what_is_well_formed) {
  auto const tags = TagList::parse(" a = 1 2 ;\r\n\tb= ; c_1=x=y;");
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->find("a"), "1 2");
  EXPECT_EQ(tags->find("b"), "");
  EXPECT_EQ(tags->find("c_1"), "x=y");
  EXPECT_FALSE(tags->find("A"));
  EXPECT_TRUE(TagList::parse("")->tags().empty());
  for (auto const* text :
       {"a", "=1", "a=1;;b=2", ";a=1", "a=1; a=2", "1=a", "a-b=1", "_=1", "a=\x7F", "a=1; b"})
    EXPECT_FALSE(TagList::parse(text)) << text;
  auto const rest = TagList::parse_well_formed(";;a=1;x;=2;a=3;1=2;b=\x7F;c=4");
  ASSERT_EQ(rest.tags().size(), 2U);
  EXPECT_EQ(rest.find("a"), "1");
  EXPECT_EQ(rest.find("c"), "4");
}

TEST(TagList, has_64_tags_at_most) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "a" + std::to_string(i) + "=1;";
  EXPECT_TRUE(TagList::parse(text));
  EXPECT_FALSE(TagList::parse(text + "b=1"));
  EXPECT_EQ(TagList::parse_well_formed(text + "b=1").tags().size(), 64U);
}

}  // namespace
}  // namespace postern::tests

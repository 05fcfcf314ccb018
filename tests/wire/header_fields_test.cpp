#include "wire/header_fields.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using How = HeaderChange::How;
constexpr std::string_view section = "Received: one\r\n two\r\nX-A: 1\r\nsubject : hi\r\nX-A: 2\r\n";

std::string after(How how, std::int64_t index, std::string name, std::string value) {
  HeaderFields fields(section);
  fields.apply({.how = how, .index = index, .name = std::move(name), .value = std::move(value)});
  return fields.print();
}

TEST(HeaderFields, KeepEveryOctetOfWhatNobodyChanges) {
  EXPECT_EQ(HeaderFields(section).print(), section);
  EXPECT_EQ(HeaderFields("A: 1\nB: 2\r\n").print(), "A: 1\nB: 2\r\n");
  EXPECT_EQ(HeaderFields("A: 1\r\n\r\nbody: x\r\n").print(), "A: 1\r\n");
  EXPECT_FALSE(HeaderFields(section).changed());
  EXPECT_EQ(HeaderFields(section).size(), section.size());
  EXPECT_EQ(HeaderFields(section).fields()[0].value(), " one\r\n two");
}

TEST(HeaderFields, EndBeforeTheEmptyLine) {
  EXPECT_EQ(end_of_header("A: 1\r\n\r\nbody"), 6U);
  EXPECT_EQ(end_of_header("\r\nbody"), 0U);
  EXPECT_EQ(end_of_header("A: 1\r\nB: 2\r\n"), std::string_view::npos);
  EXPECT_EQ(end_of_header("A: 1\n\nbody"), 5U);
}

TEST(HeaderFields, TakeFieldsAtBothEndsAndBetween) {
  EXPECT_TRUE(after(How::insert, 0, "X-B", "b").starts_with("X-B: b\r\nReceived:"));
  EXPECT_TRUE(after(How::insert, 1, "X-B", "b").starts_with("X-B: b\r\nReceived:"));
  EXPECT_TRUE(after(How::insert, 2, "X-B", "b").starts_with("Received: one\r\n two\r\nX-B: b\r\nX-A: 1"));
  EXPECT_TRUE(after(How::insert, 99, "X-B", "b").ends_with("X-A: 2\r\nX-B: b\r\n"));
  EXPECT_TRUE(after(How::add, 0, "X-B", "b").ends_with("X-A: 2\r\nX-B: b\r\n"));
}

TEST(HeaderFields, AreReplacedAndRemovedByNameAndNumber) {
  EXPECT_EQ(after(How::replace, 2, "x-a", "new"),
            "Received: one\r\n two\r\nX-A: 1\r\nsubject : hi\r\nx-a: new\r\n");
  EXPECT_TRUE(after(How::replace, 3, "X-A", "new").ends_with("X-A: 2\r\nX-A: new\r\n"));
  EXPECT_EQ(after(How::replace, 1, "X-A", ""), "Received: one\r\n two\r\nsubject : hi\r\nX-A: 2\r\n");
  EXPECT_EQ(after(How::remove, -1, "X-A", ""), "Received: one\r\n two\r\nX-A: 1\r\nsubject : hi\r\n");
  EXPECT_EQ(after(How::remove, -3, "X-A", ""), section);
  EXPECT_EQ(after(How::remove_all, 0, "X-A", ""), "Received: one\r\n two\r\nsubject : hi\r\n");
  EXPECT_EQ(after(How::replace, 1, "Subject", "x"),
            "Received: one\r\n two\r\nX-A: 1\r\nSubject: x\r\nX-A: 2\r\n");
}

TEST(HeaderFields, CannotBeEndedByAValue) {
  EXPECT_EQ(print_field("X", "a\r\n\r\nbody\n.\r\n"), "X: a\r\n \r\n body\r\n .\r\n");
  EXPECT_EQ(print_field("X", "a\n\tb"), "X: a\r\n\tb\r\n");
  EXPECT_EQ(print_field("X", std::string("a\0b", 3)), "X: ab\r\n");
  EXPECT_EQ(print_field("X", ""), "X: \r\n");
}

TEST(HeaderFields, ThatOnlyThisServerMayWriteAreLeftAlone) {
  EXPECT_EQ(after(How::add, 0, "X-Postern-Flag", "trust me"), section);
}

}  // namespace
}  // namespace postern::wire

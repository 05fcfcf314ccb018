#include "wire/milter_answer.hpp"

#include <gtest/gtest.h>

namespace postern::wire {
namespace {

using namespace std::string_literals;

MilterResponse response(MilterAnswer answer, std::string_view data) { return {answer, data}; }

TEST(MilterAnswer, ComesWholeOrNotYetAndIsOneThatThereIs) {
  auto const packet = print_milter_packet('y', "550 5.7.1 no\0"s);
  for (std::size_t length = 0; length < packet.size(); ++length) {
    std::size_t taken = 1;
    auto const read = read_milter_answer(packet.substr(0, length), taken);
    ASSERT_TRUE(read);
    EXPECT_FALSE(*read);
    EXPECT_EQ(taken, 0U);
  }
  std::size_t taken = 0;
  auto const read = read_milter_answer(packet, taken);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->answer, MilterAnswer::reply);
  EXPECT_FALSE(read_milter_answer(print_milter_packet('X', ""), taken));
}

TEST(MilterAnswer, NamesTheReplyThatItWants) {
  auto const reply = parse_milter_reply("550 5.7.1 No thanks\0"s);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, 550);
  EXPECT_EQ(reply->status, "5.7.1");
  EXPECT_EQ(reply->text, "No thanks");
  EXPECT_EQ(parse_milter_reply("451 later"s)->status, "");
  EXPECT_EQ(parse_milter_reply("451 later"s)->text, "later");
  EXPECT_FALSE(parse_milter_reply("250 ok"s));
  EXPECT_FALSE(parse_milter_reply("5x0 no"s));
  EXPECT_EQ(parse_milter_reply("550 4.7.1 contradicts itself"s)->status, "");
  EXPECT_EQ(parse_milter_reply("550-5.7.1 two\r\n550 5.7.1 lines"s)->text, "two");
}

TEST(MilterAnswer, AsksForEveryChange) {
  MessageChanges changes;
  EXPECT_EQ(note_change(response(MilterAnswer::add_header, "X-A\0b\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::insert_header, "\0\0\0\2X-B\0c\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::change_header, "\0\0\0\1Subject\0\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::add_recipient, "<a@b.example>\0"s), changes), true);
  EXPECT_EQ(
      note_change(response(MilterAnswer::add_recipient_with, "<x@b.example>\0NOTIFY=NEVER\0"s), changes),
      true);
  EXPECT_EQ(note_change(response(MilterAnswer::delete_recipient, "<c@b.example>\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::change_sender, "<>\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::quarantine, "looks\nodd\0"s), changes), true);
  EXPECT_EQ(note_change(response(MilterAnswer::go_on, {}), changes), false);
  ASSERT_EQ(changes.header().size(), 3U);
  EXPECT_EQ(changes.header()[1].index, 2);
  EXPECT_EQ(changes.header()[2].value, "");
  EXPECT_EQ(changes.added_recipients(), (std::vector<std::string>{"a@b.example", "x@b.example"}));
  EXPECT_EQ(changes.deleted_recipients(), std::vector<std::string>{"c@b.example"});
  EXPECT_EQ(changes.sender(), "");
  EXPECT_EQ(changes.held_for(), "looks?odd");
}

TEST(MilterAnswer, ThatCannotBeMadeIsRefused) {
  MessageChanges changes;
  EXPECT_FALSE(note_change(response(MilterAnswer::add_header, "no name:\0b\0"s), changes));
  EXPECT_FALSE(note_change(response(MilterAnswer::insert_header, "\0\0"s), changes));
  EXPECT_FALSE(note_change(response(MilterAnswer::add_header, ""), changes));
  for (std::size_t i = 0; i < MessageChanges::most_changes; ++i)
    note_change(response(MilterAnswer::add_header, "X\0y\0"s), changes);
  EXPECT_FALSE(note_change(response(MilterAnswer::add_header, "X\0y\0"s), changes));
  EXPECT_LE(changes.header().size(), MessageChanges::most_changes);
}

// What we say as the MTA is read by what we are as a filter.
TEST(MilterAnswer, IsAskedForInPacketsThatTheOtherSideReads) {
  std::size_t taken = 0;
  auto const connect = print_milter_connect("mail.far.example", *IpAddress::parse("2001:db8::1"), 0x1234);
  auto const packet = read_milter_packet(connect, taken);
  ASSERT_TRUE(packet && *packet);
  auto const told = parse_milter_connect((*packet)->data);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->name, "mail.far.example");
  EXPECT_EQ(told->port, 0x1234);
  EXPECT_EQ(told->client, IpAddress::parse("2001:db8::1"));
  auto const values =
      print_milter_values(MilterCommand::helo, {{"tls_version", "TLSv1.3"}, {"cipher", ""}, {"j", "mx"}});
  auto const macros_packet = read_milter_packet(values, taken);
  ASSERT_TRUE(macros_packet && *macros_packet);
  auto const macros = parse_milter_macros((*macros_packet)->data);
  ASSERT_EQ(macros.values.size(), 2U);  // what is empty is not told
  EXPECT_EQ(macros.values[0].first, "tls_version");
  EXPECT_EQ(macros.values[1].second, "mx");
  EXPECT_EQ(print_milter_field("Subject", " a\r\n b", false), print_milter_packet('L', "Subject\0a\n b\0"s));
  EXPECT_EQ(print_milter_field("Subject", " a", true), print_milter_packet('L', "Subject\0 a\0"s));
}

TEST(MilterAnswer, NegotiatesOnlyWhatWasOffered) {
  EXPECT_TRUE(is_sound({.version = 6, .actions = 0x1FF, .protocol = 0x400}));
  EXPECT_TRUE(is_sound({.version = 2, .actions = 0, .protocol = 0}));
  EXPECT_FALSE(is_sound({.version = 1, .actions = 0, .protocol = 0}));
  EXPECT_FALSE(is_sound({.version = 7, .actions = 0, .protocol = 0}));
  EXPECT_FALSE(is_sound({.version = 6, .actions = 0x1000, .protocol = 0}));
  EXPECT_FALSE(is_sound({.version = 6, .actions = 0, .protocol = 0x800}));
}

}  // namespace
}  // namespace postern::wire

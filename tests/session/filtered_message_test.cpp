#include "session/filtered_message.hpp"

#include <gtest/gtest.h>

#include "support/fake_services.hpp"

namespace postern::session {
namespace {

// A message of which nothing is in the spool yet.
class FilteredMessages : public testing::Test {
 protected:
  void take_in(std::string content) {
    intake_.begin(MessageId{1}, std::move(content));
    ASSERT_TRUE(message_.open());
  }
  std::string all() {
    message_.rewind();
    return rest();
  }
  std::string rest() {
    std::string out;
    for (;;) {
      auto const piece = message_.next();
      EXPECT_TRUE(piece);
      if (!piece || !*piece) return out;
      out += **piece;
    }
  }

  tests::TestLoop test_;
  tests::WaitingSpool spool_;
  MessageIntake intake_{spool_, test_.loop};
  FilteredMessage message_{spool_, test_.loop, intake_};
};

TEST_F(FilteredMessages, AreReadAsTheyCame) {
  for (auto const* content : {"A: 1\r\n\r\nbody\r\n", "\r\nbody\r\n", "A: 1\r\n", "A: 1\n\nbody", "\r\n"}) {
    MessageIntake intake(spool_, test_.loop);
    intake.begin(MessageId{1}, content);
    FilteredMessage message(spool_, test_.loop, intake);
    ASSERT_TRUE(message.open());
    EXPECT_EQ(message.size(), std::string_view(content).size());
    EXPECT_FALSE(message.changed());
    message.rewind();
    std::string read;
    for (auto piece = message.next(); piece && *piece; piece = message.next()) read += **piece;
    EXPECT_EQ(read, content);
  }
}

TEST_F(FilteredMessages, HaveAnotherHeaderAndTheSameBody) {
  take_in("A: 1\r\n\r\nbody\r\n");
  message_.header().apply({.how = wire::HeaderChange::How::add, .index = 0, .name = "B", .value = "2"});
  EXPECT_EQ(all(), "A: 1\r\nB: 2\r\n\r\nbody\r\n");
  EXPECT_EQ(message_.size(), all().size());
  message_.rewind_to_body();
  EXPECT_EQ(rest(), "body\r\n");
}

net::Task<void> replace_body(FilteredMessage* message, std::string first, std::string second) {
  message->begin_new_body();
  bool taken = co_await message->add_to_new_body(std::move(first));
  EXPECT_TRUE(taken);
  taken = co_await message->add_to_new_body(std::move(second));
  EXPECT_TRUE(taken);
  message->end_new_body();
}

TEST_F(FilteredMessages, TakeAnotherBodyWhoseLinesEndAsTheyMust) {
  take_in("A: 1\r\n");
  bool ended = false;
  test_.spawn(replace_body(&message_, "new\n.\r", "\nbody\r"), &ended);
  test_.settle();
  EXPECT_TRUE(ended);
  EXPECT_EQ(all(), "A: 1\r\n\r\nnew\r\n.\r\nbody\r\n");
  EXPECT_EQ(message_.size(), all().size());
}

TEST_F(FilteredMessages, KeepTheirBodyWhenAnotherIsGivenUp) {
  take_in("A: 1\r\n\r\nbody\r\n");
  message_.begin_new_body();
  message_.drop_new_body();
  EXPECT_EQ(all(), "A: 1\r\n\r\nbody\r\n");
  EXPECT_FALSE(message_.changed());
}

}  // namespace
}  // namespace postern::session

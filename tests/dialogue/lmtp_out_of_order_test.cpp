#include <gtest/gtest.h>

#include "dialogue/lmtp_dialogue.hpp"
#include "support/example_policy.hpp"

namespace postern::dialogue {
namespace {

TEST(LmtpDialogue, DoesNotTakeA250ToDataForADelivery) {  // found by fuzz/lmtp
  LmtpDialogue dialogue("mx", {{}, {tests::address("a@b.example")}, 1, {}, false});
  dialogue.on_reply({220, {}, ""});
  for (int i = 0; i < 4; ++i) dialogue.on_reply({250, {}, "yes"});
  EXPECT_TRUE(dialogue.done());
  EXPECT_EQ(dialogue.replies()[0]->code, 451);
}

}  // namespace
}  // namespace postern::dialogue

#include "delivery/outgoing.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"

namespace postern::delivery {
namespace {

class Outgoing : public testing::Test {
 protected:
  Outgoing() {
    config.directory = std::make_shared<policy::Directory const>(tests::example_policy().directory);
    config.keys = std::make_shared<auth::SigningKeys const>(std::vector<auth::OwnKey>{});
    config.srs = std::make_shared<auth::Srs const>(std::vector<std::string>{"a secret of ours"});
    config.seals = true;
    config.authserv_id = "MX.example.org";
  }

  void to(char const* recipient, char const* original = "") {
    attempt.recipients.push_back(static_cast<std::uint32_t>(attempt.envelope.recipients.size()));
    attempt.envelope.recipients.push_back({.address = tests::address(recipient), .original = original});
  }
  dialogue::OutgoingMessage message() const {
    auto out = outgoing(attempt);
    prepare_to_leave(config, attempt, {}, out);
    return out;
  }
  std::string sender() const {
    auto const out = message();
    return out.reverse_path ? out.reverse_path->print() : "<>";
  }

  SigningConfig config;
  Attempt attempt;
};

TEST_F(Outgoing, IsSignedWhereItWasWrittenHere) {
  attempt.envelope.reverse_path = tests::address("alice@example.org");
  to("x@elsewhere.example");
  EXPECT_FALSE(message().signing.is_wanted()) << "it only passes through";
  attempt.envelope.submitted = true;
  EXPECT_TRUE(message().signing.is_wanted());
  EXPECT_EQ(message().signing.server, "") << "what the content says of itself is not sealed";
  attempt.envelope.top = "Authentication-Results: MX.example.org; spf=pass\n";
  EXPECT_EQ(message().signing.server, "mx.example.org");
}

TEST_F(Outgoing, LeavesUnderASenderOfTheAliasWhereItIsForwarded) {
  attempt.envelope.reverse_path = tests::address("a@far.example");
  to("y@elsewhere.example");
  EXPECT_EQ(sender(), "a@far.example");
  EXPECT_EQ(message().signing.seals_as, "");
  to("x@elsewhere.example", "info@example.org");
  auto const rewritten = message().reverse_path;
  EXPECT_EQ(rewritten->host(), "example.org");
  EXPECT_EQ(config.srs->original(*rewritten, {})->print(), "a@far.example");
  EXPECT_EQ(message().signing.seals_as, "example.org");
}

TEST_F(Outgoing, KeepsASenderThatPassesAsItIs) {
  to("x@elsewhere.example", "info@example.org");
  EXPECT_EQ(sender(), "<>");
  attempt.envelope.reverse_path = tests::address("bob@example.org");
  EXPECT_EQ(sender(), "bob@example.org") << "we may send for him";
  attempt.envelope.reverse_path = tests::address("a@far.example");
  config.srs = nullptr;
  EXPECT_EQ(sender(), "a@far.example") << "forwarding.rewrite is off";
}

TEST_F(Outgoing, IsNotForwardedWhereAnAliasLeadsToAMailboxOfOurs) {
  attempt.envelope.reverse_path = tests::address("a@far.example");
  to("alice@example.org", "info@example.org");
  EXPECT_EQ(sender(), "a@far.example");
  EXPECT_EQ(message().signing.seals_as, "");
}

}  // namespace
}  // namespace postern::delivery

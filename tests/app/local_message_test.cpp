// Mail of local programs, from their bytes to a file in the maildrop: what is said to be sent can be sent.
#include "app/commands/local_message.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <random>

#include "app/commands/maildrop.hpp"
#include "delivery/maildrop.hpp"
#include "support/example_policy.hpp"
#include "support/exhaustive.hpp"
#include "support/workplace.hpp"

namespace postern::app {
namespace {

constexpr std::uint64_t local_limit = 1000;  // bytes of content

LocalContext local_context() {
  return {.user = "carol",
          .hostname = "mx.example.org",
          .origin = "example.org",
          .unique = "u1",
          .now = from_micros(0)};
}

Result<wire::DroppedMessage, SendRefusal> given(SendOptions const& options, std::string_view text,
                                                LocalContext const& context = local_context()) {
  auto envelope = local_envelope(options, context);
  if (!envelope) return fail(envelope.error());
  return local_message(*std::move(envelope), options, text, context);
}

int exit_code_of(SendOptions const& options, std::string_view text = "Subject: x\n\nx\n") {
  auto const message = given(options, text);
  return message ? EX_OK : message.error().exit_code;
}

std::string sender_of(std::optional<std::string> const& sender) {
  auto const message = given({.sender = sender, .recipients = {"alice"}}, "\n");
  if (!message) return "error";
  return message->mail.reverse_path ? message->mail.reverse_path->print() : "<>";
}

TEST(LocalMessage, IsFromWhoSendsItUnlessASenderIsNamed) {
  EXPECT_EQ(sender_of(std::nullopt), "carol@example.org");
  EXPECT_EQ(sender_of(""), "<>");
  EXPECT_EQ(sender_of("<>"), "<>");
  EXPECT_EQ(sender_of("root"), "root@example.org");
  EXPECT_EQ(sender_of("<me@b.example>"), "me@b.example");
  EXPECT_EQ(sender_of("A B <me@b.example> (him)"), "me@b.example");
  for (auto const* text : {"@", "a b@c.example", "a@b.example, c@d.example", ",", "a@b.example\nx"})
    EXPECT_EQ(sender_of(text), "error") << text;
  auto context = local_context();
  context.user = "DOMAIN\\x y";
  auto const message = given({.recipients = {"alice"}}, "\n", context);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->mail.reverse_path->print(), "\"DOMAIN\\\\x y\"@example.org");
}

TEST(LocalMessage, GoesToThoseOfTheCommandLineAndOfTheHeader) {  // as sendmail and Postfix have it
  auto const message = given({.recipients = {"bob", "x@y.example, z@y.example"}, .reads_recipients = true},
                             "To: alice\n\nx\n");
  ASSERT_TRUE(message) << message.error().why;
  std::string all;
  for (auto const& recipient : message->recipients) all += recipient.forward_path.print() + " ";
  EXPECT_EQ(all, "bob@example.org x@y.example z@y.example alice@example.org ");
}

TEST(LocalMessage, ThatCannotBeSentSaysWhyAndIsNeverExitStatusZero) {
  EXPECT_EQ(exit_code_of({.recipients = {"alice"}}), EX_OK);
  EXPECT_EQ(exit_code_of({}), EX_USAGE);
  EXPECT_EQ(exit_code_of({.recipients = {""}}), EX_USAGE);
  EXPECT_EQ(exit_code_of({.sender = "@", .recipients = {"alice"}}), EX_USAGE);
  EXPECT_EQ(exit_code_of({.recipients = {"alice", "a b"}}), EX_DATAERR);
  EXPECT_EQ(exit_code_of({.reads_recipients = true}), EX_NOUSER);
  EXPECT_EQ(exit_code_of({.reads_recipients = true}, "To: <a b>\n\n"), EX_DATAERR);
  EXPECT_EQ(exit_code_of({.reads_recipients = true}, "To: undisclosed-recipients:;\n\n"), EX_NOUSER);
}

TEST(LocalMessage, ToNobodyWhoExistsIsRefused) {
  auto const policy = tests::example_policy();
  auto context = local_context();
  context.directory = &policy.directory;
  auto const nobody = given({.recipients = {"dave", "erin@example.org"}}, "\n", context);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().exit_code, EX_NOUSER);
  EXPECT_EQ(nobody.error().why.substr(0, 17), "dave@example.org:");
  EXPECT_TRUE(given({.recipients = {"dave", "alice"}}, "\n", context)) << "the sender is told of the other";
  EXPECT_TRUE(given({.recipients = {"x@elsewhere.example"}}, "\n", context));
  EXPECT_TRUE(given({.recipients = {"postmaster"}}, "\n", context));
}

TEST(LocalMessage, SaysWhatItsContentNeeds) {
  auto const eight = given({.recipients = {"alice"}}, "Subject: x\n\n\xFF\n");
  ASSERT_TRUE(eight);
  EXPECT_EQ(eight->mail.body, wire::Body::eight_bit_mime);
  EXPECT_FALSE(eight->mail.smtputf8);
  for (auto const* text :
       {"\n", "Subject: x\n\nx\n", "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n\nx\n"}) {
    auto const ascii = given({.recipients = {"alice"}}, text);
    ASSERT_TRUE(ascii);
    EXPECT_FALSE(ascii->mail.body.has_value()) << "nothing in it is 8-bit: " << text;
    EXPECT_EQ(print(*ascii).find("BODY="), std::string::npos) << text;
  }
  EXPECT_TRUE(given({.recipients = {"\xC3\xA9@b.example"}}, "\n")->mail.smtputf8);
}

// Whatever bytes come in: what is not refused is a file that the server takes whole.
void expect_taken_whole(SendOptions const& options, std::string_view text) {
  auto const message = given(options, text);
  if (!message) {
    ASSERT_NE(message.error().exit_code, EX_OK);
    ASSERT_NE(message.error().exit_code, EX_TEMPFAIL);
    return;
  }
  auto const read = wire::parse_dropped_message(print(*message), 10'000);
  ASSERT_TRUE(read) << read.error() << " " << testing::PrintToString(text);
  ASSERT_EQ(print(*read), print(*message)) << testing::PrintToString(text);
  ASSERT_EQ(read->content, message->content);
  ASSERT_EQ(read->recipients.size(), message->recipients.size());
}

TEST(LocalMessage, IsTakenWholeByThePickupForEveryShortText) {
  tests::for_each_string("a:@<\n\r ", 5, [](std::string_view text) {
    expect_taken_whole({.reads_recipients = true}, "To" + std::string(text));
  });
}

TEST(LocalMessage, IsTakenWholeByThePickupForEveryShortAddress) {
  tests::for_each_string("a@<>\" \n\xC3", 5, [](std::string_view text) {
    expect_taken_whole({.sender = std::string(text), .recipients = {std::string(text), "alice"}}, "\n");
  });
}

TEST(LocalMessage, IsTakenWholeByThePickupForRandomBytes) {
  std::mt19937 random(1);
  std::string const pieces[] = {"To: ",
                                "Bcc:",
                                "Resent-To : ",
                                "From ",
                                "a@b.example",
                                ",",
                                "<",
                                "\"",
                                "\n",
                                "\r\n",
                                "\r",
                                ".\n",
                                " ",
                                ":",
                                "\xC3\xA9",
                                "\xFF",
                                std::string(1, '\0'),
                                "Received: x",
                                "(",
                                "root"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 20; left > 0; --left) text += pieces[random() % std::size(pieces)];
    expect_taken_whole({.recipients = {"alice"}, .reads_recipients = random() % 2 == 0}, text);
  }
}

class LeaveMessage : public testing::Test {
 protected:
  LeaveMessage() : directory(place.path("drop")) { EXPECT_TRUE(delivery::make_maildrop(directory)); }

  wire::DroppedMessage message(std::string content = "Subject: x\r\n\r\nx\r\n") const {
    wire::DroppedMessage made;
    made.recipients.push_back({.forward_path = tests::address("alice@example.org")});
    made.content = std::move(content);
    return made;
  }

  tests::Workplace place;
  std::string directory;
};

TEST_F(LeaveMessage, LeavesAFileThatThePickupReads) {
  ASSERT_TRUE(leave_message(directory, message(), local_limit));
  auto const names = delivery::list_maildrop(directory);
  ASSERT_EQ(names.size(), 1U);
  auto const read = delivery::read_maildrop(directory + "/" + names[0], local_limit);
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(print(read->message), print(message()));
}

TEST_F(LeaveMessage, RefusesWhatThePickupWouldSetAside) {
  auto long_line = message();
  long_line.recipients[0].orcpt = "rfc822;" + std::string(5000, 'x');
  auto nobody = message();
  nobody.recipients.clear();
  for (auto const& bad : {message(std::string(local_limit + 1, 'x')), long_line, nobody}) {
    auto const left = leave_message(directory, bad, local_limit);
    ASSERT_FALSE(left);
    EXPECT_EQ(left.error().exit_code, EX_DATAERR);
    EXPECT_TRUE(delivery::list_maildrop(directory).empty());
  }
}

TEST_F(LeaveMessage, SaysThatTheServerMakesTheDirectory) {
  auto const left = leave_message(place.path("none"), message(), local_limit);
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().exit_code, EX_UNAVAILABLE) << "not EX_TEMPFAIL, which PHP takes for sent";
  EXPECT_NE(left.error().why.find("start it"), std::string::npos) << left.error().why;
}

TEST_F(LeaveMessage, SaysWhichDirectoryToOpenForUsersWhoMayNotPass) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may go everywhere: tests/e2e/test_submit.py tries it as another user";
  ASSERT_EQ(::chmod(place.path().c_str(), 0600), 0);
  auto const left = leave_message(directory, message(), local_limit);
  ASSERT_EQ(::chmod(place.path().c_str(), 0700), 0);
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().exit_code, EX_NOPERM);
  EXPECT_NE(left.error().why.find("chmod 0711 " + place.path()), std::string::npos) << left.error().why;
}

}  // namespace
}  // namespace postern::app

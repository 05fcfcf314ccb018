// Mail from local programs: address lists, messages made fit, dropped files.
#include "wire/submission.hpp"

#include <gtest/gtest.h>

#include "support/example_policy.hpp"
#include "wire/address_list.hpp"
#include "wire/dropped_message.hpp"

namespace postern::wire {
namespace {

std::string listed(std::string_view text) {
  auto const addresses = parse_address_list(text, "host.example");
  if (!addresses) return "error";
  std::string out;
  for (auto const& address : *addresses) out += (out.empty() ? "" : " ") + address.print();
  return out;
}

TEST(AddressList, FindsAddressesAmongNamesCommentsAndGroups) {  // RFC 5322 section 3.4
  EXPECT_EQ(listed("a@b.example"), "a@b.example");
  EXPECT_EQ(listed("\"A, B\" <a@b.example>, C D <c@d.example> (x, (y) z),\r\n e@f.example;"),
            "a@b.example c@d.example e@f.example");
  EXPECT_EQ(listed("Friends: a@b.example, c@d.example;, root"), "a@b.example c@d.example root@host.example");
  EXPECT_EQ(listed("undisclosed-recipients:;"), "");
  EXPECT_EQ(listed("\"a b\"@c.example, <\"x,y\"@z.example>"), "\"a b\"@c.example \"x,y\"@z.example");
  EXPECT_EQ(listed(" , ,"), "");
  for (auto const* text : {"a b@c.example", "<a@>", "a@b.example c@d.example", "@x"})
    EXPECT_EQ(listed(text), "error") << text;
}

Submission prepared(std::string_view text, bool reads_recipients = true) {
  return *prepare_submission(
      text, {"me@host.example", "Me", "host.example", "u1", from_micros(0), reads_recipients});
}

TEST(Submission, AddsWhatIsMissingAndTakesBccOut) {
  auto const made =
      prepared("To: a@b.example\nBcc: c@d.example,\n e@f.example\nSubject: x\n folded\n\nbody\r\n.\nend");
  EXPECT_EQ(made.content,
            "To: a@b.example\r\nSubject: x\r\n folded\r\nFrom: \"Me\" <me@host.example>\r\nDate: Thu, 1 Jan "
            "1970 00:00:00 "
            "+0000\r\nMessage-ID: <u1@host.example>\r\n\r\nbody\r\n.\r\nend\r\n");
  ASSERT_EQ(made.recipients.size(), 3U);
  EXPECT_EQ(made.recipients[2].print(), "e@f.example");
  auto const whole = prepared("from: x@y.example\ndate: now\nmessage-id: <1>\n\n", false);
  EXPECT_EQ(whole.content, "from: x@y.example\r\ndate: now\r\nmessage-id: <1>\r\n\r\n");
  EXPECT_TRUE(whole.recipients.empty());
  EXPECT_NE(prepared("all body, no header\n").content.find("\r\n\r\nall body, no header\r\n"),
            std::string::npos);
  EXPECT_FALSE(prepare_submission("To: not an address\n\n", {"a", "", "h", "u", from_micros(0), true}));
}

TEST(DroppedMessage, ComesBack) {
  DroppedMessage message;
  message.mail.reverse_path = tests::address("s@far.example");
  message.mail.body = Body::eight_bit_mime;
  message.mail.smtputf8 = true;
  message.mail.ret = Ret::headers;
  message.mail.envid = "Q1";
  message.recipients.push_back({tests::address("\"a b\"@c.example"), *Notify::parse("NEVER"), "rfc822;x"});
  message.recipients.push_back({tests::address("postmaster"), {}, {}});
  message.content = "Subject: x\r\n\r\n\xFF\n\n";
  auto const read = parse_dropped_message(print(message));
  ASSERT_TRUE(read);
  EXPECT_EQ(print(*read), print(message));
  for (auto const* text :
       {"", "postern-drop 1\n", "postern-drop 1\nFROM:<>\n\n", "postern-drop 1\nFROM:<>\nTO:<a@b.example>",
        "postern-drop 1\nFROM:<>\nTO:<a@b.example\n\n", "postern-drop 2\nFROM:<>\nTO:<a@b.example>\n\n"})
    EXPECT_FALSE(parse_dropped_message(text)) << text;
}

}  // namespace
}  // namespace postern::wire

// An LMTP server that says anything: the client's dialogue ends, and never claims more than it was told.
#include "dialogue/lmtp_dialogue.hpp"
#include "expect.hpp"
#include "support/example_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  dialogue::LmtpDialogue dialogue("mx", {tests::address("s@a.example"),
                                         {tests::address("a@b.example"), tests::address("c@b.example")},
                                         1,
                                         {},
                                         false});
  wire::ReplyReader reader;
  std::string_view text(reinterpret_cast<char const*>(data), size);
  bool content_sent = false;
  while (!text.empty() && !dialogue.done()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const reply = reader.on_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!reply) break;
    if (!*reply) continue;
    dialogue.on_reply(**reply);
    dialogue.take_output();
    if (dialogue.wants_content()) {
      content_sent = true;
      dialogue.on_content_sent();
    }
  }
  POSTERN_EXPECT(dialogue.replies().size() == 2);
  for (auto const& reply : dialogue.replies())
    if (reply && reply->positive()) POSTERN_EXPECT(content_sent);
  return 0;
}

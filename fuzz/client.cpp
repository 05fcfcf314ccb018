// A server's side of whole conversations, hostile or mad: nobody is delivered to unless the content was sent
// and answered. The first byte chooses the protocol and what is asked of TLS.
#include <algorithm>

#include "dialogue/client_dialogue.hpp"
#include "expect.hpp"
#include "support/example_policy.hpp"

namespace {

using postern::dialogue::ClientDialogue;
using postern::dialogue::Next;

struct Conversation {
  ClientDialogue dialogue;
  bool content_sent = false;

  // Does what is to be done before the next reply is read; false: nothing comes any more.
  bool go_on() {
    for (;;) {
      switch (dialogue.next()) {
        case Next::read_reply: dialogue.take_output(); return true;
        case Next::start_tls: dialogue.on_tls(); break;
        case Next::send_content:
          dialogue.before_piece(7, false);
          dialogue.before_piece(0, true);
          dialogue.on_content_sent();
          content_sent = true;
          break;
        case Next::idle:
        case Next::close: return false;
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  if (size == 0) return 0;
  dialogue::ClientSettings settings;
  settings.hostname = "mx";
  settings.protocol = (data[0] & 1) != 0 ? dialogue::ClientProtocol::smtp : dialogue::ClientProtocol::lmtp;
  settings.tls = static_cast<dialogue::ClientTls>(data[0] >> 1 & 3);
  if ((data[0] & 8) != 0) settings.login = dialogue::ClientLogin{"me", "secret"};
  dialogue::OutgoingMessage message;
  message.recipients = {{tests::address("a@b.example"), {}, {}}, {tests::address("c@b.example"), {}, {}}};
  message.size = 7;
  Conversation talk{ClientDialogue(settings)};
  wire::ReplyReader reader;
  std::string_view text(reinterpret_cast<char const*>(data) + 1, size - 1);
  int messages = 0;
  while (!text.empty()) {
    if (!talk.go_on()) {
      if (talk.dialogue.next() == Next::close || ++messages > 2) break;
      talk.content_sent = false;
      talk.dialogue.begin(message);
      continue;
    }
    auto const end = std::min(text.find('\n'), text.size());
    auto const reply = reader.on_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!reply) {
      talk.dialogue.on_lost("no reply");
      break;
    }
    if (*reply) talk.dialogue.on_reply(**reply);
  }
  auto const& replies = talk.dialogue.replies();
  POSTERN_EXPECT(replies.size() == (messages == 0 ? 0U : 2U));
  for (auto const& reply : replies)
    if (reply && reply->positive()) POSTERN_EXPECT(talk.content_sent);
  return 0;
}

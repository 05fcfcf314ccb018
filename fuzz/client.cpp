// A server's side of whole conversations, hostile or mad: nobody is delivered to unless the content was sent
// and answered, nobody is answered twice, and no phase comes back but EHLO's behind STARTTLS. The first byte
// chooses the protocol, what is asked of TLS, and what a handshake proves.
#include <algorithm>

#include "dialogue/client_dialogue.hpp"
#include "expect.hpp"
#include "support/example_policy.hpp"

namespace {

using postern::dialogue::ClientDialogue;
using postern::dialogue::Next;

struct Conversation {
  ClientDialogue dialogue;
  postern::policy::HostProof proved;  // by every handshake
  bool content_sent = false;

  // Does what is to be done before the next reply is read; false: nothing comes any more.
  bool go_on() {
    for (;;) {
      switch (dialogue.next()) {
        case Next::read_reply: {
          auto const output = dialogue.take_output();
          if (output.starts_with("AUTH"))
            POSTERN_EXPECT(dialogue.over_tls() && proved == postern::policy::HostProof::name);
          return true;
        }
        case Next::start_tls:
          POSTERN_EXPECT(!dialogue.over_tls());
          dialogue.on_tls(proved);
          break;
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

// Hands the reply over, and looks at what it has changed.
void reply_to(ClientDialogue& dialogue, postern::wire::Reply const& reply) {
  auto const phase = dialogue.phase();
  auto const before = dialogue.replies();
  dialogue.on_reply(reply);
  POSTERN_EXPECT(dialogue.phase() >= phase);
  auto const& after = dialogue.replies();
  POSTERN_EXPECT(after.size() == before.size());
  for (std::size_t i = 0; i < before.size(); ++i)
    if (before[i]) POSTERN_EXPECT(after[i] && after[i]->print() == before[i]->print());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern;
  if (size == 0) return 0;
  dialogue::ClientSettings settings;
  settings.hostname = "mx.example";
  settings.protocol = (data[0] & 1) != 0 ? dialogue::ClientProtocol::smtp : dialogue::ClientProtocol::lmtp;
  settings.tls = static_cast<dialogue::ClientTls>(data[0] >> 1 & 3);
  if ((data[0] & 8) != 0) settings.login = dialogue::ClientLogin{.user = "me", .password = "secret"};
  settings.named_by_stranger = (data[0] & 32) != 0;
  dialogue::OutgoingMessage message;
  message.recipients = {{.address = tests::address("a@b.example")},
                        {.address = tests::address("c@b.example")}};
  message.size = 7;
  Conversation talk{ClientDialogue(settings),
                    (data[0] & 16) != 0 ? policy::HostProof::none : policy::HostProof::name};
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
    if (*reply) reply_to(talk.dialogue, **reply);
  }
  auto const& replies = talk.dialogue.replies();
  POSTERN_EXPECT(replies.size() == (messages == 0 ? 0U : 2U));
  for (auto const& reply : replies)
    if (reply && reply->positive()) POSTERN_EXPECT(talk.content_sent);
  return 0;
}

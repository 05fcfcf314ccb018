// Every short sequence of replies, against a model of the server that knows only which commands it has been
// sent.
#include "dialogue/client_transaction.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "dialogue/client_dialogue.hpp"
#include "support/client_conversation.hpp"

namespace postern::dialogue {
namespace {

using Phase = ClientDialogue::Phase;

constexpr std::array<std::uint16_t, 5> codes{250, 354, 452, 550, 421};

ClientSettings settings_for(ClientProtocol protocol, ClientTls tls, bool login) {
  ClientSettings settings;
  settings.hostname = "mx.far.example";
  settings.protocol = protocol;
  settings.tls = tls;
  if (login) settings.login = ClientLogin{.user = "me", .password = "secret"};
  return settings;
}

// A conversation, and what the server knows of it.
struct Talk {
  explicit Talk(ClientSettings const& settings)
      : dialogue(settings), lmtp(settings.protocol == ClientProtocol::lmtp) {}

  // Takes what the client says; false: it waits for no reply.
  bool listen() {
    for (;;) {
      auto const output = dialogue.take_output();
      for (std::size_t at = 0; at < output.size();) {
        auto const end = output.find("\r\n", at);
        unanswered.push_back(output.substr(at, end - at));
        at = end + 2;
      }
      switch (dialogue.next()) {
        case Next::read_reply: EXPECT_FALSE(unanswered.empty()); return true;
        case Next::start_tls:
          begin_tls();
          EXPECT_FALSE(tls_began) << "TLS begins once";
          tls_began = true;
          break;
        case Next::send_content: send_content(); break;
        case Next::idle: EXPECT_TRUE(unanswered.empty()); return false;
        case Next::close: return false;
      }
    }
  }

  // Behind STARTTLS everything is said anew; implicit TLS comes before everything.
  void begin_tls() {
    bool const implicit = dialogue.phase() == Phase::greeting;
    if (!implicit) EXPECT_EQ(dialogue.phase(), Phase::starttls);
    dialogue.on_tls(policy::HostProof::name);
    EXPECT_EQ(dialogue.phase(), implicit ? Phase::greeting : Phase::hello);
  }

  void send_content() {
    EXPECT_GT(accepted, 0U) << "content is sent only when somebody is accepted";
    auto const before = dialogue.before_piece(42, true);
    if (!before.empty())
      unanswered.push_back("BDAT");
    else if (lmtp)
      for (std::size_t i = 0; i < accepted; ++i) unanswered.push_back("content");
    else
      unanswered.push_back("content");
    dialogue.on_content_sent();
    content_sent = true;
  }

  void reply(std::uint16_t code, std::size_t number) {
    auto const command = unanswered.front();
    unanswered.pop_front();
    bool const positive = code < 300;
    if (command.starts_with("MAIL")) {
      accepted = 0;
      mail_taken = positive;
    }
    if (command.starts_with("RCPT") && mail_taken && positive) ++accepted;
    auto const before = dialogue.replies();
    auto const phase = dialogue.phase();
    dialogue.on_reply({code, {}, "reply " + std::to_string(number)});
    EXPECT_GE(dialogue.phase(), phase);
    auto const& after = dialogue.replies();
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i]) EXPECT_EQ(after[i]->print(), before[i]->print()) << "a recipient is answered once";
      bool const delivered = after[i] && after[i]->positive();
      if (delivered) EXPECT_TRUE(content_sent);
    }
  }

  ClientDialogue dialogue;
  bool lmtp;
  std::deque<std::string> unanswered{"greeting"};
  std::size_t accepted = 0;
  bool mail_taken = false;
  bool content_sent = false;
  bool tls_began = false;
};

OutgoingMessage message_for(std::size_t recipients) {
  return tests::outgoing(recipients == 1 ? std::vector<std::string>{"a@example.org"}
                                         : std::vector<std::string>{"a@example.org", "b@example.org"});
}

// Tries every sequence of `left` replies from here on. Returns how many it has tried.
std::size_t explore(Talk const& here, std::size_t left) {
  if (left == 0) return 0;
  std::size_t tried = 0;
  for (auto const code : codes) {
    Talk talk = here;
    talk.reply(code, left);
    ++tried;
    if (talk.listen()) tried += explore(talk, left - 1);
    auto const next = talk.dialogue.next();
    EXPECT_TRUE(next == Next::idle || next == Next::close || next == Next::read_reply);
    if (next == Next::close) EXPECT_TRUE(talk.dialogue.problem());
    if (next == Next::idle)
      for (auto const& reply : talk.dialogue.replies()) EXPECT_TRUE(reply) << "nobody is forgotten";
  }
  return tried;
}

TEST(ClientTransaction, EndsInOrderWhateverTheServerSays) {
  for (auto const protocol : {ClientProtocol::smtp, ClientProtocol::lmtp})
    for (auto const* extensions : {"", "\nPIPELINING", "\nPIPELINING\nCHUNKING", "\nLIMITS RCPTMAX=1"})
      for (std::size_t const recipients : {1U, 2U}) {
        SCOPED_TRACE(std::string("extensions: ") + extensions);
        Talk talk(settings_for(protocol, ClientTls::never, false));
        talk.unanswered.pop_front();
        talk.dialogue.on_reply({220, {}, "hi"});
        ASSERT_TRUE(talk.listen());
        talk.unanswered.pop_front();
        talk.dialogue.on_reply({250, {}, std::string("there") + extensions});
        ASSERT_FALSE(talk.listen());
        ASSERT_EQ(talk.dialogue.phase(), Phase::ready);
        talk.dialogue.begin(message_for(recipients));
        ASSERT_TRUE(talk.listen());
        EXPECT_GE(explore(talk, 5), 20U);
      }
}

TEST(ClientTransaction, AssertsThatEachPlaceIsPassedInItsTurn) {
  EXPECT_THROW(ClientTransaction().on_mail_sent(), BrokenInvariant);
  ClientTransaction transaction(1);
  EXPECT_TRUE(transaction.over());
  transaction.open(10);
  EXPECT_THROW(transaction.on_data_sent(), BrokenInvariant);
  EXPECT_THROW(transaction.on_content_begun(), BrokenInvariant);
  transaction.on_mail_sent();
  EXPECT_THROW(transaction.on_mail_sent(), BrokenInvariant);
  EXPECT_EQ(transaction.on_recipient_sent(), 0U);
  EXPECT_THROW(transaction.on_recipient_sent(), BrokenInvariant);
  transaction.on_mail_reply({250, {}, "ok"});
  transaction.on_recipient_reply({550, {5, 1, 1}, "no"}, 0);
  EXPECT_TRUE(transaction.hopeless());
  EXPECT_THROW(transaction.on_go_ahead(), BrokenInvariant);
  EXPECT_THROW(transaction.on_content_begun(), BrokenInvariant);
  EXPECT_TRUE(transaction.close());
  EXPECT_TRUE(transaction.all_answered());
  EXPECT_THROW(transaction.on_content_abandoned(), BrokenInvariant);
}

TEST(ClientDialogue, NeverGoesBackToAnEarlierPhaseButAtStarttls) {
  for (auto const tls : {ClientTls::never, ClientTls::offered, ClientTls::required, ClientTls::implicit})
    for (bool const login : {false, true}) {
      Talk talk(settings_for(ClientProtocol::smtp, tls, login));
      EXPECT_EQ(talk.dialogue.phase(), Phase::greeting);
      ASSERT_TRUE(talk.listen());
      // What the server offers stands in its replies to EHLO, so that these sequences reach STARTTLS and
      // AUTH.
      std::size_t tried = 0;
      auto const go_on = [&](auto const& self, Talk const& here, std::size_t left) -> void {
        if (left == 0) return;
        for (std::uint16_t const code : {220, 235, 334, 454, 500, 421}) {
          Talk next = here;
          auto const before = next.dialogue.phase();
          next.dialogue.on_reply({code, {}, "there\nSTARTTLS\nAUTH LOGIN"});
          ++tried;
          EXPECT_GE(next.dialogue.phase(), before);
          if (next.dialogue.next() == Next::start_tls) next.begin_tls();
          auto const output = next.dialogue.take_output();
          if (output.starts_with("AUTH")) EXPECT_TRUE(next.dialogue.over_tls());
          if (next.dialogue.next() == Next::read_reply) self(self, next, left - 1);
        }
      };
      go_on(go_on, talk, 6);
      EXPECT_GT(tried, 20U);
    }
}

}  // namespace
}  // namespace postern::dialogue

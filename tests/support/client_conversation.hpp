// A client's test is the conversation, too. "S: " is a line of the server, "C: " what the client must say (a
// whole line); "T: ok" a handshake that proves nothing, "T: name" or "T: dane" one that does; "D: " the
// content is due and is sent, with what must stand before it
// ("D: BDAT 42 LAST"; without LAST a piece of it); "M: " the next message begins, "R: 250 - 550" the replies
// of its recipients ("-": none came); "Q: " quit; "L: why" the connection is lost; "P: 451" the dialogue has
// given up with that code, and "F: 451" what that means for the mail. Each runs twice: as it stands, and cut
// off after each line, when nobody may count as delivered without a reply to the content.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <sstream>
#include <string>
#include <vector>

#include "dialogue/client_dialogue.hpp"
#include "support/example_policy.hpp"

namespace postern::tests {

inline dialogue::OutgoingMessage outgoing(std::vector<std::string> const& recipients,
                                          std::string_view sender = "s@far.example") {
  dialogue::OutgoingMessage message;
  if (!sender.empty()) message.reverse_path = address(sender);
  for (auto const& recipient : recipients) message.recipients.push_back({.address = address(recipient)});
  message.size = 42;
  return message;
}

inline policy::HostProof proof_named(std::string const& text) {
  if (text == "name") return policy::HostProof::name;
  if (text == "dane") return policy::HostProof::dane;
  if (text == "fingerprint") return policy::HostProof::fingerprint;
  EXPECT_EQ(text, "ok");
  return policy::HostProof::none;
}

class ClientPlay {
 public:
  ClientPlay(dialogue::ClientSettings settings, std::vector<dialogue::OutgoingMessage> const& messages)
      : dialogue_(std::move(settings)), messages_(messages.begin(), messages.end()) {}

  void line(char kind, std::string const& text) {
    if (kind == 'C') {
      expected_ += text + "\r\n";
      return;
    }
    said_ += dialogue_.take_output();
    EXPECT_EQ(said_, expected_) << "before " << kind << ": " << text;
    said_.clear();
    expected_.clear();
    switch (kind) {
      case 'S': return server(text);
      case 'T':
        EXPECT_EQ(dialogue_.next(), dialogue::Next::start_tls);
        return dialogue_.on_tls(proof_named(text));
      case 'M':
        EXPECT_EQ(dialogue_.next(), dialogue::Next::idle);
        dialogue_.begin(messages_.front());
        return messages_.pop_front();
      case 'D': return content(text);
      case 'R': EXPECT_EQ(replies(), text); return;
      case 'Q': return dialogue_.quit();
      case 'L': return dialogue_.on_lost(text);
      case 'P':
        EXPECT_EQ(dialogue_.next(), dialogue::Next::close);
        EXPECT_EQ(dialogue_.problem() ? std::to_string(dialogue_.problem()->code) : "none", text);
        return;
      case 'F':
        EXPECT_EQ(dialogue_.refusal() ? std::to_string(dialogue_.refusal()->code) : "none", text);
        return;
      default: FAIL() << "what is " << kind << "?";
    }
  }

  void cut() {
    dialogue_.on_lost("cut");
    EXPECT_EQ(dialogue_.next(), dialogue::Next::close);
    if (answered_) return;
    for (auto const& reply : dialogue_.replies()) EXPECT_FALSE(reply && reply->positive());
  }
  void finish() {
    said_ += dialogue_.take_output();
    EXPECT_EQ(said_, expected_) << "at the end";
  }

 private:
  void server(std::string const& text) {
    auto const reply = reader_.on_line(text);
    ASSERT_TRUE(reply) << text;
    if (!*reply) return;
    if (content_sent_) answered_ = true;
    dialogue_.on_reply(**reply);
  }

  void content(std::string const& text) {
    ASSERT_EQ(dialogue_.next(), dialogue::Next::send_content);
    bool const last = text.empty() || text.find("LAST") != std::string::npos;
    auto const before = dialogue_.before_piece(42, last);
    EXPECT_EQ(before, text.empty() ? "" : text + "\r\n");
    if (!last) return;
    dialogue_.on_content_sent();
    content_sent_ = true;
  }

  std::string replies() const {
    std::string out;
    for (auto const& reply : dialogue_.replies())
      out += (out.empty() ? "" : " ") + (reply ? std::to_string(reply->code) : "-");
    return out;
  }

  dialogue::ClientDialogue dialogue_;
  wire::ReplyReader reader_;
  std::deque<dialogue::OutgoingMessage> messages_;
  std::string said_, expected_;
  bool content_sent_ = false;
  bool answered_ = false;
};

struct ClientStage {
  dialogue::ClientSettings settings;
  std::vector<dialogue::OutgoingMessage> messages{outgoing({"a@example.org"})};

  ClientStage() { settings.hostname = "mx.far.example"; }
};

inline void converse_as_client(ClientStage const& stage, std::string const& script) {
  std::vector<std::pair<char, std::string>> lines;
  std::istringstream in(script);
  for (std::string line; std::getline(in, line);) {
    auto const start = line.find_first_not_of(' ');
    if (start != std::string::npos)
      lines.emplace_back(line[start], line.size() > start + 3 ? line.substr(start + 3) : "");
  }
  for (std::size_t cut = 0; cut <= lines.size(); ++cut) {
    ClientPlay play(stage.settings, stage.messages);
    for (std::size_t i = 0; i < cut; ++i) play.line(lines[i].first, lines[i].second);
    if (cut < lines.size())
      play.cut();
    else
      play.finish();
  }
}

}  // namespace postern::tests

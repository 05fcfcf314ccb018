// A test is the conversation. Lines that begin with "C: " are the client's, "S: " what the server must answer
// (the start of the line is enough), "X: " raw bytes with \r \n \0 \x escapes, "T: ok" and "T: fail" what the
// handshake comes to. Each runs three ways: with all the client's bytes at once, byte by byte, and cut off
// after each of the client's lines, when nothing may leak: an open transaction is recorded as aborted. A fact
// that changes without being announced (support/facts_watch) fails the test.
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "dialogue/server_dialogue.hpp"
#include "policy/decide.hpp"
#include "support/example_policy.hpp"
#include "support/facts_watch.hpp"
#include "wire/line_splitter.hpp"

namespace postern::tests {

struct Stage {  // what a conversation is held with, and what it leaves behind
  dialogue::SmtpSettings settings;
  policy::Policy policy = example_policy();
  policy::ConnectionFacts connection;
  dialogue::Stored stored = dialogue::Stored::safe;
  std::vector<std::string> messages;  // contents accepted
  std::vector<policy::TransactionFacts> transactions;
  policy::ConnectionFacts ended;

  Stage() {
    settings.hostname = "mx.example.org";
    connection.client = *IpAddress::parse("203.0.113.5");
  }
};

class Play {
 public:
  explicit Play(Stage& stage)
      : stage_(stage),
        dialogue_(stage.settings, stage.policy, stage.connection),
        lines_(stage.settings.max_line) {
    expect_announced(Door::none, dialogue::Then::read_line, false);
    step(watched(Door::none, [&] { return dialogue_.greeting(); }));
  }

  void bytes(std::string_view text, std::size_t piece) {
    for (std::size_t at = 0; at < text.size() && !closed_; at += piece) {
      auto const part = text.substr(at, piece);
      auto const room = lines_.room();
      ASSERT_GE(room.size(), part.size());
      std::copy(part.begin(), part.end(), room.begin());
      lines_.filled(part.size());
      run();
    }
  }

  void handshake(bool ok) {
    ASSERT_EQ(waiting_for_, dialogue::Then::start_tls);
    policy::TlsFacts tls;
    tls.state = ok ? policy::TlsState::established : policy::TlsState::failed;
    tls.version = "TLSv1.3";
    tls.cipher = "TLS_AES_256_GCM_SHA384";
    waiting_for_ = dialogue::Then::read_line;
    step(watched(Door::tls, [&] { return dialogue_.on_tls(tls, now_); }));
    run();
  }

  void end() {
    tell(Door::end, [&] { dialogue_.on_end(policy::ConnectionEnd::lost, now_); });
    EXPECT_FALSE(dialogue_.in_transaction());
    stage_.ended = dialogue_.facts().connection;
    EXPECT_NE(stage_.ended.ended, Instant{});
  }

  std::string output;
  bool closed() const { return closed_; }
  dialogue::Then waiting_for() const { return waiting_for_; }

 private:
  // Whether a transaction has ended.
  bool collect() {
    auto finished = dialogue_.take_finished();
    if (finished) stage_.transactions.push_back(std::move(*finished));
    return finished.has_value();
  }

  void expect_announced(Door door, dialogue::Then then, bool finished) {
    for (auto const& fact : watch_.unannounced(dialogue_.facts(), door, then, finished))
      ADD_FAILURE() << fact << " has changed by door " << static_cast<int>(door) << " after\n" << output;
  }

  // Tells the dialogue something, and sees that no fact changes before, nor one that this is not about.
  template <class Call>
  dialogue::Step watched(Door door, Call call) {
    expect_announced(Door::none, dialogue::Then::read_line, false);
    dialogue::Step next = call();
    bool const finished = collect();
    expect_announced(door, next.then, finished);
    return next;
  }

  // The same, of what has no step as its answer.
  template <class Call>
  void tell(Door door, Call call) {
    watched(door, [&] {
      call();
      return dialogue::Step{};
    });
  }

  void step(dialogue::Step next) {
    for (;;) {
      if (next.reply) output += next.reply->print();
      switch (next.then) {
        case dialogue::Then::ask_verdict:
          next = watched(Door::verdict, [&] {
            return dialogue_.on_verdict(policy::decide(stage_.policy, dialogue_.facts()));
          });
          continue;
        case dialogue::Then::ask_login:
          next = watched(Door::login, [&] {
            return dialogue_.on_login(dialogue_.credentials().user == "me" &&
                                      dialogue_.credentials().password == "secret");
          });
          continue;
        case dialogue::Then::store:
          if (stage_.stored == dialogue::Stored::safe) stage_.messages.push_back(body_);
          body_.clear();
          next = watched(Door::stored, [&] { return dialogue_.on_stored(stage_.stored); });
          continue;
        case dialogue::Then::start_tls:
          tell(Door::injected, [&] { dialogue_.on_injected(lines_.rest().size()); });
          lines_.consume(lines_.rest().size());
          output += dialogue_.on_tls_ready().print();
          break;
        case dialogue::Then::close: closed_ = true; break;
        case dialogue::Then::read_line:
        case dialogue::Then::read_content:
        case dialogue::Then::read_chunk: break;
      }
      waiting_for_ = next.then;
      return;
    }
  }

  void run() {
    for (;;) {
      if (closed_ || waiting_for_ == dialogue::Then::start_tls) return;
      now_ += Duration(1000);
      if (waiting_for_ == dialogue::Then::read_line) {
        auto const line = lines_.next();
        if (!line) return;
        step(watched(Door::line, [&] { return dialogue_.on_line(*line, now_); }));
        continue;
      }
      auto& content = dialogue_.content();
      lines_.consume(content.feed(lines_.rest(), body_));
      if (content.wants_more()) return;
      bool const last = content.last();
      step(watched(Door::content, [&] { return dialogue_.on_content(); }));
      if (last) body_.clear();
    }
  }

  Stage& stage_;
  dialogue::ServerDialogue dialogue_;
  FactsWatch watch_;
  wire::LineSplitter lines_;
  std::string body_;
  Instant now_ = from_micros(1'000'000);
  dialogue::Then waiting_for_ = dialogue::Then::read_line;
  bool closed_ = false;
};

inline std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      case '0': out += '\0'; break;
      case 'x': out += static_cast<char>(0xFF); break;
      default: out += text[i];
    }
  }
  return out;
}

struct Script {
  std::vector<std::pair<char, std::string>> lines;  // kind, text

  explicit Script(std::string const& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      auto const start = line.find_first_not_of(' ');
      if (start == std::string::npos) continue;
      line = line.substr(start);
      std::string const rest = line.size() > 3 ? line.substr(3) : "";
      lines.emplace_back(line[0], line[0] == 'C' ? rest + "\r\n" : line[0] == 'X' ? unescape(rest) : rest);
    }
  }
};

inline std::vector<std::string> replies_of(std::string const& output) {
  std::vector<std::string> replies;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) replies.push_back(line.substr(0, line.size() - 1));
  return replies;
}

inline void play(Script const& script, Stage& stage, std::size_t piece, bool batched) {
  Play play(stage);
  std::vector<std::string> expected;
  std::string batch;
  auto const flush = [&] {
    play.bytes(batch, piece);
    batch.clear();
  };
  for (auto const& [kind, text] : script.lines) {
    if (kind == 'S') {
      expected.push_back(text);
    } else if (kind == 'T') {
      flush();
      play.handshake(text == "ok");
    } else {
      batch += text;
      if (!batched) flush();
    }
  }
  flush();
  auto const got = replies_of(play.output);
  ASSERT_EQ(got.size(), expected.size()) << play.output;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i].substr(0, expected[i].size()), expected[i]) << "line " << i << " of\n" << play.output;
  play.end();
}

inline void cut_after_each(Script const& script, Stage const& fresh) {
  for (std::size_t cut = 0; cut < script.lines.size(); ++cut) {
    Stage stage = fresh;
    Play play(stage);
    for (std::size_t i = 0; i < cut; ++i) {
      auto const& [kind, text] = script.lines[i];
      if (kind == 'T')
        play.handshake(text == "ok");
      else if (kind != 'S')
        play.bytes(text, text.size());
    }
    play.end();
    std::size_t accepted = 0;
    for (auto const& t : stage.transactions) accepted += t.outcome == policy::Outcome::accepted;
    EXPECT_EQ(accepted, stage.messages.size());
    EXPECT_EQ(stage.ended.messages, accepted);
  }
}

// Plays it all three ways; what it leaves behind is of the last.
inline Stage converse(std::string const& text, Stage const& fresh = Stage()) {
  Script const script(text);
  cut_after_each(script, fresh);
  for (auto const& [piece, batched] : {std::pair{std::size_t{8192}, true}, std::pair{std::size_t{1}, false},
                                       std::pair{std::size_t{8192}, false}}) {
    Stage stage = fresh;
    play(script, stage, piece, batched);
    if (!batched && piece > 1) return stage;
  }
  return fresh;
}

}  // namespace postern::tests

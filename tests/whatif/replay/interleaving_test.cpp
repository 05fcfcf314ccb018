// Any interleaving of the same sessions gives the same answer, and it is the true one.
#include <gtest/gtest.h>

#include <random>

#include "support/whatif.hpp"

namespace postern::tests {
namespace {

struct Session {
  std::vector<std::string> lines;  // "%" stands for the process id
  bool ended = false;
};

struct Truth {
  std::uint64_t messages = 0, over_tls = 0, in_the_clear = 0, refused = 0, loopback = 0,
                failed_handshakes = 0;
};

class Traffic {
 public:
  explicit Traffic(unsigned seed) : random_(seed) {}

  Session session() {
    Session out;
    bool const loopback = below(12) == 0, tls = below(3) > 0, fails = below(10) == 0;
    std::string const address =
        loopback ? "127.0.0.1"
                 : "198.51." + std::to_string(below(100)) + "." + std::to_string(1 + below(250));
    std::string const peer =
        (below(2) == 0 ? "unknown" : "mail" + std::to_string(below(50)) + ".example") + "[" + address + "]";
    auto const smtpd = [&](std::string const& text) { out.lines.push_back("postfix/smtpd[%]: " + text); };
    smtpd("connect from " + peer);
    if (fails) {
      smtpd("SSL_accept error from " + peer + ": -1");
      smtpd("disconnect from " + peer + " ehlo=1 starttls=0/1 commands=1/2");
      if (!loopback) ++truth.failed_handshakes;
      return out;
    }
    if (tls)
      smtpd("Anonymous TLS connection established from " + peer + ": TLSv1.3 with cipher C (256/256 bits)");
    auto const count = below(4);
    for (unsigned i = 0; i < count; ++i) {
      std::string const sender = "s@dom" + std::to_string(below(20)) + ".example";
      if (below(6) == 0) {
        // One sender a session, so that it is one refusal: refused senders are told apart by their address.
        smtpd("NOQUEUE: reject: RCPT from " + peer +
              ": 554 5.7.1 <x@y.example>: Relay access denied; from=<refused" + std::to_string(++ids_) +
              "@x.example> to=<x@y.example> proto=ESMTP helo=<h>");
        ++(loopback ? truth.loopback : truth.refused);
        continue;
      }
      std::string const id = "Q" + std::to_string(100'000 + ++ids_);
      smtpd(id + ": client=" + peer);
      out.lines.push_back("postfix/cleanup[77]: " + id + ": message-id=<m@x.example>");
      if (below(8) == 0) continue;  // given up within DATA
      out.lines.push_back("postfix/qmgr[78]: " + id + ": from=<" + sender +
                          ">, size=99, nrcpt=1 (queue active)");
      if (loopback) {
        ++truth.loopback;
        continue;
      }
      ++truth.messages;
      ++(tls ? truth.over_tls : truth.in_the_clear);
    }
    // Half of the logs are of a Postfix without counters.
    smtpd("disconnect from " + peer +
          (counters ? std::string(" ehlo=2 ") + (tls ? "starttls=1 " : "") +
                          "mail=1 rcpt=1 data=1 quit=1 commands=9"
                    : ""));
    return out;
  }

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  Truth truth;
  bool counters = true;

 private:
  std::mt19937 random_;
  unsigned ids_ = 0;
};

// Lines in turn of up to `at_once` sessions; process ids are used again as soon as they are free.
std::string interleaved(std::vector<Session> const& sessions, Traffic& traffic, std::size_t at_once) {
  struct Running {
    std::size_t session, next;
    unsigned pid;
  };
  std::string out;
  std::vector<Running> running;
  std::vector<unsigned> free_pids;
  for (unsigned pid = 1; pid <= at_once; ++pid) free_pids.push_back(pid);
  for (std::size_t begun = 0; begun < sessions.size() || !running.empty();) {
    if (begun < sessions.size() && !free_pids.empty() && (running.empty() || traffic.below(3) == 0)) {
      running.push_back({begun++, 0, free_pids.back()});
      free_pids.pop_back();
      continue;
    }
    auto& one = running[traffic.below(static_cast<unsigned>(running.size()))];
    auto line = sessions[one.session].lines[one.next++];
    if (auto const at = line.find('%'); at != std::string::npos) line.replace(at, 1, std::to_string(one.pid));
    out += "Nov 23 14:47:32 mx " + line + "\n";
    if (one.next == sessions[one.session].lines.size()) {
      free_pids.push_back(one.pid);
      std::swap(one, running.back());
      running.pop_back();
    }
  }
  return out;
}

TEST(Interleaving, DoesNotChangeTheAnswer) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Traffic traffic(seed);
    traffic.counters = seed % 2 == 0;
    std::vector<Session> sessions;
    for (int i = 0; i < 200; ++i) sessions.push_back(traffic.session());
    auto const truth = traffic.truth;
    std::optional<Answer> first;
    for (std::size_t const at_once : {1, 2, 7, 50, 200}) {
      auto const answer =
          replay_all(read_text(interleaved(sessions, traffic, at_once), Format::system_log).all,
                     {"require-tls", "require-tls>=1.3 from dom3.example"});
      EXPECT_EQ(answer.messages, truth.messages) << seed;
      EXPECT_EQ(answer.over_tls, truth.over_tls) << seed;
      EXPECT_EQ(answer.in_the_clear, truth.in_the_clear) << seed;
      EXPECT_EQ(answer.unknown, 0U) << seed;
      EXPECT_EQ(answer.refused, truth.refused) << seed;
      EXPECT_EQ(answer.left_out.loopback, truth.loopback) << seed;
      EXPECT_EQ(answer.failed_handshakes, truth.failed_handshakes) << seed;
      if (!first) first = answer;
      for (std::size_t rule = 0; rule < 2; ++rule) {
        EXPECT_EQ(answer.rules[rule].lost.lost, first->rules[rule].lost.lost) << seed;
        EXPECT_EQ(answer.rules[rule].reasons, first->rules[rule].reasons) << seed;
        EXPECT_EQ(answer.rules[rule].sender_domains, first->rules[rule].sender_domains) << seed;
        EXPECT_EQ(answer.rules[rule].hosts, first->rules[rule].hosts) << seed;
      }
      EXPECT_EQ(answer.rules[0].lost.lost, truth.in_the_clear) << seed;
    }
  }
}

}  // namespace
}  // namespace postern::tests

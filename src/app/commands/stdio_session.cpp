#include "app/commands/stdio_session.hpp"

#include <unistd.h>

#include <cstdio>

#include "app/commands/maildrop.hpp"
#include "dialogue/server_dialogue.hpp"
#include "net/wall_clock.hpp"
#include "policy/decide.hpp"
#include "wire/line_splitter.hpp"

namespace postern::app {
namespace {

using dialogue::Then;

class StdioSession {
 public:
  StdioSession(dialogue::SmtpSettings const& settings, policy::Policy const& policy, std::string maildrop)
      : policy_(policy),
        maildrop_(std::move(maildrop)),
        dialogue_(settings, policy, local()),
        lines_(settings.max_line) {}

  void hold() {
    auto step = dialogue_.greeting();
    for (;;) {
      if (step.reply) say(*step.reply);
      if (auto const finished = dialogue_.take_finished()) content_.clear();
      switch (step.then) {
        case Then::read_line: {
          auto const line = next_line();
          if (!line) return end();
          step = dialogue_.on_line(*line, net::wall_clock());
          break;
        }
        case Then::ask_verdict: step = dialogue_.on_verdict(decide(policy_, dialogue_.facts())); break;
        case Then::read_content:
        case Then::read_chunk:
          if (!read_content()) return end();
          step = dialogue_.on_content();
          break;
        case Then::store: step = dialogue_.on_stored(store()); break;
        case Then::start_tls: step = dialogue_.on_tls_unavailable(); break;
        case Then::ask_login: step = dialogue_.on_login(false); break;
        case Then::close: return end();
      }
    }
  }

 private:
  static policy::ConnectionFacts local() {
    policy::ConnectionFacts facts;
    facts.listener_tls = policy::ListenerTls::none;
    facts.client = *IpAddress::parse("127.0.0.1");
    return facts;
  }

  static void say(wire::Reply const& reply) {
    auto const text = reply.print();
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  bool read() {
    lines_.release();
    auto const room = lines_.room();
    auto const count = ::read(STDIN_FILENO, room.data(), room.size());
    if (count > 0) lines_.filled(static_cast<std::size_t>(count));
    return count > 0;
  }

  std::optional<wire::Line> next_line() {
    for (;;) {
      if (auto const line = lines_.next()) return line;
      if (!read()) return std::nullopt;
    }
  }

  bool read_content() {
    auto& content = dialogue_.content();
    while (content.wants_more()) {
      if (lines_.empty() && !read()) return false;
      lines_.consume(content.feed(lines_.rest(), content_));
    }
    return true;
  }

  dialogue::Stored store() {
    auto const& transaction = dialogue_.facts().transaction;
    wire::DroppedMessage message;
    message.mail = transaction.mail;
    for (auto const& recipient : transaction.recipients)
      if (recipient.accepted)
        message.recipients.push_back({recipient.address, recipient.notify, recipient.orcpt});
    message.content = std::exchange(content_, {});
    return leave_message(maildrop_, message) ? dialogue::Stored::safe : dialogue::Stored::broken;
  }

  void end() { dialogue_.on_end(policy::ConnectionEnd::quit, net::wall_clock()); }

  policy::Policy const& policy_;
  std::string maildrop_;
  dialogue::ServerDialogue dialogue_;
  wire::LineSplitter lines_;
  std::string content_;
};

}  // namespace

void hold_stdio_session(dialogue::SmtpSettings const& settings, policy::Directory const& directory,
                        std::string const& maildrop) {
  policy::Policy const policy{
      directory, {*Network::parse("127.0.0.1/32")}, {}, false, policy::TlsRequirement::never, {}, {}};
  StdioSession(settings, policy, maildrop).hold();
}

}  // namespace postern::app

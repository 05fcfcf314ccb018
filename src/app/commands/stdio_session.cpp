#include "app/commands/stdio_session.hpp"

#include <sysexits.h>
#include <unistd.h>

#include <cstdio>

#include "app/commands/complain.hpp"
#include "app/commands/maildrop.hpp"
#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "dialogue/server_dialogue.hpp"
#include "net/wall_clock.hpp"
#include "policy/decide.hpp"
#include "wire/lf_lines.hpp"
#include "wire/line_splitter.hpp"

namespace postern::app {
namespace {

using dialogue::Then;

class StdioSession {
 public:
  StdioSession(dialogue::SmtpSettings const& settings, policy::Policy const& policy, std::string maildrop)
      : settings_(settings),
        policy_(policy),
        maildrop_(std::move(maildrop)),
        dialogue_(settings, policy, local()),
        lines_(settings.max_line) {}

  int hold() {
    auto step = dialogue_.greeting();
    for (;;) {
      if (step.reply) say(*step.reply);
      take_finished(step.then == Then::close ? Left::over : Left::going_on);
      switch (step.then) {
        case Then::read_line: {
          auto const line = next_line();
          if (!line) return end();
          lines_end_with_lf_ = line->end == wire::LineEnd::bare_lf;
          bool const begins_message = istarts_with(line->text, "MAIL");
          step = dialogue_.on_line(*line, net::wall_clock());
          if (begins_message && step.reply && !step.reply->positive()) sender_refused_ = true;
          break;
        }
        case Then::ask_verdict: step = dialogue_.on_verdict(decide(policy_, dialogue_.facts())); break;
        case Then::read_content:
          if (!(lines_end_with_lf_ ? read_lf_content() : read_content())) return end();
          step = dialogue_.on_content();
          break;
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
  enum class Left : std::uint8_t { going_on, over };  // what is left of the conversation

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

  bool read_lf_content() {
    auto& content = dialogue_.content();
    wire::LfLines lines;
    while (content.wants_more()) {
      if (lines_.empty() && !read()) return false;
      std::string piece;
      lines_.consume(lines.take(lines_.rest(), piece));
      auto const taken = content.feed(piece, content_);
      POSTERN_ASSERT(taken == piece.size());  // content ends with a line, and a piece has no more than one
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
    auto const left = leave_message(maildrop_, message, settings_.max_message_size);
    if (left) return dialogue::Stored::safe;
    exit_code_ = complain(left.error().why, left.error().exit_code);
    return left.error().disk_full ? dialogue::Stored::full : dialogue::Stored::broken;
  }

  void take_finished(Left left) {
    auto const finished = dialogue_.take_finished();
    if (!finished) return;
    content_.clear();
    bool const unsent = finished->outcome == policy::Outcome::aborted
                            ? left == Left::over
                            : finished->outcome != policy::Outcome::accepted;
    if (unsent && exit_code_ == EX_OK) exit_code_ = EX_UNAVAILABLE;
  }

  int end() {
    dialogue_.on_end(policy::ConnectionEnd::quit, net::wall_clock());
    take_finished(Left::over);
    auto const& connection = dialogue_.facts().connection;
    bool const in_vain = sender_refused_ || (connection.errors > 0 && connection.messages == 0);
    return exit_code_ == EX_OK && in_vain ? EX_PROTOCOL : exit_code_;
  }

  dialogue::SmtpSettings const& settings_;
  policy::Policy const& policy_;
  std::string maildrop_;
  dialogue::ServerDialogue dialogue_;
  wire::LineSplitter lines_;
  std::string content_;
  int exit_code_ = EX_OK;
  bool sender_refused_ = false;     // to some MAIL: that message never began
  bool lines_end_with_lf_ = false;  // of the last command
};

}  // namespace

int hold_stdio_session(dialogue::SmtpSettings settings, policy::Directory const& directory,
                       std::string const& maildrop) {
  settings.bare_newlines = dialogue::BareNewlines::normalize;  // that setting is about strangers
  policy::Policy const policy{
      directory, {*Network::parse("127.0.0.1/32")}, {}, false, policy::TlsRequirement::never, {}, {}};
  return StdioSession(settings, policy, maildrop).hold();
}

}  // namespace postern::app

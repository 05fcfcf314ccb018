// Postfix in a system log (2.x to 3.x): its lines. A message is `client=` of an smtpd joined with that
// session's connect, TLS and disconnect lines, and with the queue manager's `from=`, which alone shows that
// it was accepted.
#pragma once

#include <array>

#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/postfix_join.hpp"

namespace postern::whatif {

class PostfixLog : public LogDialect {
 public:
  PostfixLog(SourceSettings const& settings, SourceStats& stats, ReceptionSink& sink)
      : settings_(settings), stats_(stats), join_(sink) {}

  void line(LogLine const& line) override;
  void end() override { join_.end(now_); }

  static bool speaks(std::string_view program);  // "postfix/smtpd", "postfix-in/smtps/smtpd"

 private:
  using Session = PostfixJoin::Session;
  enum class Daemon : std::uint8_t { smtpd, qmgr, cleanup, postscreen, tlsproxy, other };
  // What follows from the host and the program of a line; the latest few are kept.
  struct Program {
    std::string host, name;
    Daemon daemon = Daemon::other;
    bool submission = false;
    std::uint64_t scope = 0;  // one instance on one host: what queue ids, process ids and peers are unique in
  };
  // A line that begins with the queue id of a message that is known: that message, and what follows.
  struct MessageLine {
    std::uint64_t key = 0;
    PostfixJoin::Message* message = nullptr;  // null: no queue id, or not a known one
    std::string_view rest;
  };
  MessageLine message_line(std::string_view text);
  static Daemon daemon_named(std::string_view name);
  Program const& program_of(LogLine const& line);
  std::uint64_t peer_key(std::string_view peer) const;
  void smtpd(LogLine const& line);
  void with_queue_id(LogLine const& line, std::uint64_t key);
  void qmgr(LogLine const& line);
  void cleanup(LogLine const& line);
  void postscreen(LogLine const& line);
  void tlsproxy(LogLine const& line);
  void delivery(LogLine const& line);
  void tls_line(Session& session, std::string_view text);
  void proxied(Session& session, LogLine const& line, std::string_view text);

  SourceSettings const& settings_;
  SourceStats& stats_;
  PostfixJoin join_;
  Instant now_{};
  std::array<Program, 8> programs_;
  std::size_t next_program_ = 0;
  std::uint64_t scope_ = 0;  // of the line at hand
  bool submission_ = false;
};

}  // namespace postern::whatif

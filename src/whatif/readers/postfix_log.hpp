// Postfix in a system log (2.x to 3.x): its lines. A message is `client=` of an smtpd joined with that
// session's connect, TLS and disconnect lines, and with the queue manager's `from=`, which alone shows that
// it was accepted. What a content filter puts back is not received a second time. What a host in front hands
// on by XCLIENT is its client's, and whether that used TLS is unknown.
#pragma once

#include <array>

#include "whatif/readers/log_dialect.hpp"
#include "whatif/readers/postfix_join.hpp"
#include "whatif/readers/postfix_program.hpp"

namespace postern::whatif {

class PostfixLog : public LogDialect {
 public:
  PostfixLog(SourceSettings const& settings, SourceStats& stats, ReceptionSink& sink,
             ContentVerdicts const& verdicts)
      : settings_(settings), stats_(stats), join_(sink, verdicts) {}

  void line(LogLine const& line) override;
  void end() override;

  static bool speaks(std::string_view program);  // "postfix/smtpd", "postfix-in/smtps/smtpd"

 private:
  using Session = PostfixJoin::Session;
  using Message = PostfixJoin::Message;
  // What follows from the host and the program of a line; the latest few are kept.
  struct Program {
    std::string host, name;
    PostfixDaemon daemon = PostfixDaemon::other;
    bool submission = false;
    std::uint64_t host_key = 0;
    std::uint64_t scope = 0;  // one instance on one host: what queue ids, process ids and peers are unique in
    TlsSilence::Service service = 0;
  };
  // An smtpd with a syslog_name of its own may be part of an instance whose other daemons have another.
  struct Instance {
    std::uint64_t host_key = 0, scope = 0;
    bool has_queue = false;  // a queue manager of this name was seen
  };
  // A line that begins with the queue id of a message that is known: that message, and what follows.
  struct MessageLine {
    std::uint64_t key = 0;
    Message* message = nullptr;  // null: no queue id, or not a known one
    std::string_view rest;
  };
  MessageLine message_line(std::string_view text);
  Program const& program_of(LogLine const& line);
  void note_instance(Program const& program);
  Session& opened(std::uint64_t key, Instant at);
  Session& at(std::uint64_t key, Instant at);
  std::uint64_t peer_key(std::string_view peer) const;

  void smtpd(LogLine const& line);
  void smtpd_warning(Session& session, std::string_view text);
  void with_queue_id(LogLine const& line, std::uint64_t key);
  void client(Session& session, LogLine const& line, std::string_view id, std::string_view rest);
  void refusal(Session& session, std::string_view id, std::string_view rest);
  void hold(Session& session, std::string_view id, std::string_view rest);
  void proxied(Session& session, LogLine const& line, std::string_view text);
  void tls_line(Session& session, std::string_view text);

  void qmgr(LogLine const& line);
  void cleanup(LogLine const& line);
  void pickup(LogLine const& line);
  void delivery(LogLine const& line);
  void postscreen(LogLine const& line);
  void tlsproxy(LogLine const& line);

  SourceSettings const& settings_;
  SourceStats& stats_;
  PostfixJoin join_;
  Instant now_{};
  std::array<Program, 8> programs_;
  std::size_t next_program_ = 0;
  std::vector<Instance> instances_;
  Program const* program_ = nullptr;  // of the line at hand
  std::uint64_t proxied_ = 0;
};

// "9F2A1: rest" taken apart; false: there is no queue id in front.
bool take_postfix_queue_id(std::string_view& text, std::string_view& id);

// What follows the queue id, without looking at that: to pass over lines of no interest.
std::string_view behind_postfix_queue_id(std::string_view text);

}  // namespace postern::whatif

// The server's side of an SMTP conversation (RFC 5321): what may be said next, and what is answered. It
// waits for nothing and knows no socket: the session does what `then` says and comes back with the answer.
// Thread: its event loop. Lifetime: settings and policy are immutable and outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/message_id.hpp"
#include "dialogue/content.hpp"
#include "dialogue/smtp_settings.hpp"
#include "dialogue/step.hpp"
#include "policy/deferred_mail.hpp"
#include "policy/facts.hpp"
#include "policy/policy.hpp"
#include "policy/tls_memory.hpp"
#include "policy/verdict.hpp"
#include "wire/command.hpp"
#include "wire/line_splitter.hpp"
#include "wire/mail_command.hpp"

namespace postern::dialogue {

enum class Stored : std::uint8_t { safe, full, broken };  // safe: on disk

struct Credentials {
  std::string user;
  std::string password;
};

class ServerDialogue {
 public:
  ServerDialogue(SmtpSettings const& settings, policy::Policy const& policy,
                 policy::ConnectionFacts connection);

  // From now on, instead of those before; between transactions only. They outlive it, too.
  void go_by(SmtpSettings const& settings, policy::Policy const& policy);

  // What the session finds out by waiting, as it comes. Each verb changes the fact that it names.
  void on_proxy(IpAddress const& client, std::uint16_t port);  // a PROXY header names the client
  void on_client_name(std::string verified_name);              // empty: none, or not known in time
  void on_iprev(policy::Iprev iprev);
  void on_spf(policy::Spf spf);
  void on_authentication(policy::AuthenticationFacts found);  // of the content, before its verdict
  void on_message_id(MessageId id);                           // before the content
  // What content filters have said once the content has come, and what they have made of it.
  void on_filtered(policy::FilterFacts filter, std::uint64_t size, wire::ContentTraits content);
  void on_memory(policy::TlsMemory const& memory, policy::DeferredMail const& deferred);  // before a verdict

  Step greeting();
  Step on_line(wire::Line line, Instant now);
  Step on_verdict(policy::Verdict const& verdict);  // before the greeting, too: 421 or 554, or greeting()
  Step on_tls_unavailable();                        // no handshake can begin: 454
  wire::Reply on_tls_ready();                       // a handshake begins once this is said: 220
  Step on_tls(policy::TlsFacts const& tls, Instant now);  // established, or failed: the connection is over
  Step on_login(bool good);                               // whether the credentials are right
  Step on_login_refused();                                // too many were wrong lately: not looked at
  void on_injected(std::size_t bytes);  // came between STARTTLS and the handshake; thrown away
  Step on_content();
  Step on_stored(Stored stored);

  Step on_timeout();                                    // a time limit has passed
  Step on_shutdown();                                   // the server goes down
  Step refuse(std::string_view why);                    // a limit: 421 instead of a greeting
  void on_end(policy::ConnectionEnd end, Instant now);  // the last word; ends an open transaction

  Content& content() { return *content_; }
  Credentials const& credentials() const { return credentials_; }  // when a login is asked for
  bool in_transaction() const { return state_ >= State::mail; }
  policy::Facts const& facts() const { return facts_; }

  // The transaction that has ended with the last step, if one has: recorded whatever its outcome.
  std::optional<policy::TransactionFacts> take_finished();

 private:
  enum class State : std::uint8_t { start, greeted, mail, rcpt, chunks };
  struct Row;
  static Row const* row_for(wire::Verb verb);

  Step on_hello(std::string_view argument, policy::Greeting greeting);
  Step answer_hello();
  Step on_connect_verdict(policy::Verdict const& verdict);
  Step on_hello_verdict(policy::Verdict const& verdict);
  Step on_ehlo(std::string_view argument);
  Step on_helo(std::string_view argument);
  Step on_mail(std::string_view argument);
  Step on_rcpt(std::string_view argument);
  Step on_data(std::string_view argument);
  Step on_bdat(std::string_view argument);
  Step on_rset(std::string_view argument);
  Step on_noop(std::string_view argument);
  Step on_vrfy(std::string_view argument);
  Step on_expn(std::string_view argument);
  Step on_help(std::string_view argument);
  Step on_quit(std::string_view argument);
  Step on_starttls(std::string_view argument);
  Step on_auth(std::string_view argument);
  Step on_auth_line(std::string_view line);
  Step take_plain(std::string_view text);
  bool offers_auth() const;

  Step say(std::uint16_t code, wire::EnhancedStatus status, std::string text, Then then = Then::read_line);
  Step bad(std::uint16_t code, wire::EnhancedStatus status, std::string text);  // counts as an error
  Step bad_argument(wire::ArgumentError const& error);
  void begin_content();
  void note_authors();
  Step send_away(std::string_view why);  // 421
  Step refuse_content(std::uint16_t code, wire::EnhancedStatus status, std::string text);
  Step refuse_transaction(policy::Verdict const& verdict);
  Step on_mail_verdict(policy::Verdict const& verdict);
  Step on_rcpt_verdict(policy::Verdict const& verdict);
  Step refuse_recipient(policy::Verdict const& verdict);
  void finish_transaction(policy::Outcome outcome, std::uint16_t code, policy::DecidedBy decided_by);
  void forget_transaction();
  bool line_is_clean(wire::Line const& line, wire::Verb verb) const;

  SmtpSettings const* settings_;
  policy::Policy const* policy_;
  State state_ = State::start;
  std::uint32_t accepted_ = 0;           // recipients
  std::uint32_t asked_ = 0;              // recipients of this transaction, whatever became of them
  std::uint32_t refused_ = 0;            // of these
  std::uint32_t guesses_ = 0;            // recipients of this connection that nobody here has
  std::uint32_t idle_commands_ = 0;      // since the last message
  std::uint32_t idle_transactions_ = 0;  // the same
  Instant now_{};
  policy::Facts facts_;
  enum class Auth : std::uint8_t { none, plain, login_user, login_password };  // what the next line is
  Auth auth_ = Auth::none;
  Credentials credentials_;
  std::uint32_t failed_logins_ = 0;
  std::optional<Content> content_;
  std::optional<wire::Reply> refusal_;  // of a chunk that must still be read
  std::optional<policy::TransactionFacts> finished_;
};

}  // namespace postern::dialogue

// One incoming SMTP session, followed by its commands and the replies to them, as logs show them that write
// down what was spoken. A reply answers the oldest command that has none yet, so that pipelining makes no
// difference; one that only a certain command can have answers that one. A transaction gives one reception:
// the message that was taken, or the one refusal that ended it.
//
// TLS: STARTTLS in the reply to EHLO shows that the session was in plaintext then (RFC 3207 section 4.2); a
// command behind an accepted STARTTLS came over TLS (section 4). What neither these nor the log's own words
// about TLS tell stays unknown.
// Bounds: 100 commands without a reply, each cut off at 512 bytes; `most_listed` recipients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "whatif/reception.hpp"

namespace postern::whatif {

class SmtpTranscript {
 public:
  Reception facts;        // of the session: its client, TLS, the name it greeted with
  bool is_whole = false;  // its beginning is in the log

  bool has_spoken() const { return has_spoken_; }    // the client, in the log
  bool awaits_tls() const { return tls_accepted_; }  // STARTTLS was accepted, and nothing has come since
  bool has_asked_for_tls() const;                    // and has no reply to it yet

  void command(Instant at, std::string_view text);
  // One line of a reply: "250-SIZE", "250 OK". What is no reply is passed over.
  void reply(std::string_view line, ReceptionSink& sink);

  void offers_tls();                               // the reply that is at hand says STARTTLS
  void tls_established(std::string_view version);  // empty: not told
  void tls_failed(std::string_view why);
  void end(Instant at, ReceptionSink& sink);  // of the session; what it showed is given

 private:
  enum class Verb : std::uint8_t {
    other,
    hello,
    mail,
    recipient,
    data,
    content,
    chunk,
    last_chunk,
    starttls,
    login,
    reset
  };
  struct Asked {
    Verb verb = Verb::other;
    Instant at{};
    std::string argument = {};  // a path, or the name of a greeting
  };
  struct Refusal {
    std::uint16_t code = 0;
    bool for_want_of_tls = false;
  };
  struct Transaction {
    bool is_open = false;
    bool has_sender = false;
    Instant at{};
    std::string sender;
    std::vector<std::string> recipients;  // accepted ones
    std::vector<std::string> refused;
    Refusal refusal;  // of the first refused recipient
  };
  static Verb verb_of(std::string_view text);
  static std::string argument_of(Verb verb, std::string_view text);
  void skip_to(Verb verb);  // the commands before it have no replies in the log
  static Refusal refusal_of(std::uint16_t code, std::string_view text);
  void answered(Asked asked, std::uint16_t code, std::string_view text, ReceptionSink& sink);
  void mail_answered(Asked asked, std::uint16_t code, std::string_view text, ReceptionSink& sink);
  void recipient_answered(Asked asked, std::uint16_t code, std::string_view text);
  void content_answered(Asked const& asked, std::uint16_t code, std::string_view text, ReceptionSink& sink);
  void accepted(ReceptionSink& sink);
  void refused(Refusal refusal, ReceptionSink& sink);
  void abandon(ReceptionSink& sink);  // the transaction, without content
  Reception message() const;

  std::vector<Asked> asked_;  // commands without a reply, the oldest first
  Transaction transaction_;
  bool has_spoken_ = false;
  bool tls_accepted_ = false;
  bool awaits_login_data_ = false;
};

}  // namespace postern::whatif

// The client's side of an SMTP or LMTP conversation (RFC 5321, RFC 2033): what may be sent now, and what each
// reply means. The two run at different places, because commands are pipelined (RFC 2920): a queue of what
// was asked stands between them. Waits for nothing and knows no socket. Of one loop.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "dialogue/outgoing_message.hpp"
#include "wire/extensions.hpp"
#include "wire/reply.hpp"

namespace postern::dialogue {

enum class ClientProtocol : std::uint8_t { smtp, lmtp };

enum class ClientTls : std::uint8_t {
  never,     // in the clear
  offered,   // STARTTLS where it is offered
  required,  // STARTTLS, or nothing is sent
  implicit   // TLS has come before the first byte
};

struct ClientLogin {  // RFC 4954: said under TLS only
  std::string user;
  std::string password;
};

struct ClientSettings {
  std::string hostname;  // said in EHLO
  ClientProtocol protocol = ClientProtocol::smtp;
  ClientTls tls = ClientTls::offered;
  std::optional<ClientLogin> login;
};

enum class Next : std::uint8_t {
  read_reply,    // send take_output(), read a reply, on_reply()
  start_tls,     // shake hands, on_tls()
  send_content,  // send the content, on_content_sent()
  idle,          // begin() a message, or quit()
  close
};

class ClientDialogue {
 public:
  explicit ClientDialogue(ClientSettings settings);

  Next next() const;
  std::string take_output();  // to be sent before the next reply is read; may be empty
  void on_reply(wire::Reply const& reply);
  void on_tls();  // established: what was said before it is forgotten (RFC 3207 section 4.2)
  // The connection is of no more use: cut, silent, or talking nonsense. Whoever has no reply yet is to be
  // tried again.
  void on_lost(std::string why);

  // Only when idle. Gives replies at once where the server cannot take the message.
  void begin(OutgoingMessage message);
  // What stands before a piece of content: "BDAT n LAST" where the server takes chunks (RFC 3030 section 2),
  // nothing under DATA, where the content is dot-stuffed.
  std::string before_piece(std::size_t size, bool last);
  void on_content_sent();  // behind its end
  void quit();

  // Whether the output begins something new, so that nothing may have come from the server yet: a reply that
  // is there before its command was sent answers something else.
  bool begins_flight() const { return begins_flight_; }

  bool chunking() const {
    return peer_.chunking && peer_.pipelining && settings_.protocol == ClientProtocol::smtp;
  }
  bool over_tls() const { return over_tls_; }
  bool greeted() const { return ready_; }          // messages can be sent
  bool said_hello() const { return said_hello_; }  // and was answered
  bool content_begun() const { return content_begun_; }
  bool starttls_refused() const { return starttls_refused_; }
  wire::PeerExtensions const& peer() const { return peer_; }

  // Why the server cannot be used at all, or any more; absent: it can.
  std::optional<wire::Reply> const& problem() const { return problem_; }
  // For each recipient of the message the reply that decided; absent: none came, it is to be tried again.
  std::vector<std::optional<wire::Reply>> const& replies() const { return replies_; }

  OutgoingMessage const& message() const { return message_; }

 private:
  enum class Asked : std::uint8_t {
    greeting,
    ehlo,
    helo,
    starttls,
    auth,
    auth_user,
    auth_password,
    mail,
    rcpt,
    data,
    chunk,
    last_chunk,
    content,
    nothing_taken,  // the lone dot that answers a 354 nobody wanted
    rset,
    quit
  };
  struct Awaited {
    Asked what;
    std::size_t recipient = 0;  // of rcpt and content
  };

  void ask(Asked what, std::string line, std::size_t recipient = 0);
  void hello();
  void on_hello(wire::Reply const& reply, Asked what);
  void after_hello();
  void log_in();
  void on_auth(wire::Reply const& reply, Asked what);
  void give_up(wire::Reply problem);
  std::optional<wire::Reply> obstacle() const;
  void begin_transaction();
  void send_envelope();
  void on_mail(wire::Reply const& reply);
  void on_rcpt(wire::Reply const& reply, std::size_t recipient);
  void on_data(wire::Reply const& reply);
  void on_chunk(wire::Reply const& reply, bool last);
  void on_content(wire::Reply const& reply, std::size_t recipient);
  void look_whether_over();
  void give_all(wire::Reply const& reply);  // to those in this transaction that have none

  ClientSettings settings_;
  std::string output_;
  std::deque<Awaited> awaited_;
  wire::PeerExtensions peer_;
  bool over_tls_ = false;
  bool ready_ = false;
  bool said_hello_ = false;
  bool begins_flight_ = false;
  bool starting_tls_ = false;
  bool starttls_refused_ = false;
  bool closed_ = false;
  std::optional<wire::Reply> problem_;

  OutgoingMessage message_;
  std::vector<std::optional<wire::Reply>> replies_;
  std::vector<std::size_t> batch_;     // recipients of the transaction under way
  std::vector<std::size_t> accepted_;  // of those, answered with 250
  std::size_t next_recipient_ = 0;     // in batch_, to be sent
  bool in_transaction_ = false;
  bool mail_sent_ = false;
  bool data_sent_ = false;
  bool mail_failed_ = false;
  bool content_due_ = false;
  bool content_begun_ = false;  // a byte of it, or its 354, has passed
  bool dirty_ = false;          // the server has a transaction open that must be reset
  std::optional<wire::Reply> chunk_failure_;
};

}  // namespace postern::dialogue

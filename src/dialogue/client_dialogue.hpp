// The client's side of an SMTP or LMTP conversation (RFC 5321, RFC 2033): what may be sent next, and what
// each reply means. It waits for nothing and knows no socket. Thread: its event loop.
//
// Commands are pipelined (RFC 2920), so sending and hearing go on at different places of the conversation.
// What stands between them is a queue of the commands that have been sent and not been answered: a reply
// always answers the oldest, and a table names the function that takes it. A connection passes through
// ordered phases and never goes back, with one exception: after STARTTLS it says EHLO anew, since all that
// the server said before is forgotten (RFC 3207 section 4.2). Once it is ready it carries one message after
// the other; ClientTransaction keeps account of each. After every reply go_on() sends all that may be sent
// before the next one is read, so nothing else has to remember what is due.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "dialogue/client_transaction.hpp"
#include "dialogue/outgoing_message.hpp"
#include "policy/destination_tls.hpp"
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

struct ClientLogin {  // RFC 4954: said over TLS only, to whoever has proved himself as `demand` asks
  std::string user;
  std::string password;
  policy::DestinationLevel demand = policy::DestinationLevel::verified;
};

struct ClientSettings {
  std::string hostname;  // said in EHLO
  ClientProtocol protocol = ClientProtocol::smtp;
  ClientTls tls = ClientTls::offered;
  std::optional<ClientLogin> login;
  bool named_by_stranger = false;  // not the owner has named the server: a greeting with our name is a loop
};

enum class Next : std::uint8_t {
  read_reply,    // send take_output(), read a reply, on_reply()
  start_tls,     // shake hands, on_tls(); before anything else where TLS is implicit
  send_content,  // send the content, on_content_sent()
  idle,          // begin() a message, or quit()
  close
};

struct Hop;  // client_commands

class ClientDialogue {
 public:
  // The phases of a connection, in their order.
  enum class Phase : std::uint8_t {
    greeting,  // the server's greeting is awaited
    hello,     // the answer to EHLO, LHLO or HELO is awaited
    starttls,  // the answer to STARTTLS is awaited, or else the handshake is due
    login,     // an answer to AUTH is awaited
    ready,     // messages can be sent
    closed     // for good
  };

  explicit ClientDialogue(ClientSettings settings);

  Next next() const;
  std::string take_output();  // to be sent before the next reply is read; may be empty
  void on_reply(wire::Reply const& reply);
  // TLS is established, and this is what the server has proved of itself. What was said before is forgotten
  // (RFC 3207 section 4.2).
  void on_tls(policy::HostProof proved);
  // The connection is of no more use: it is cut, or the server is silent or talks nonsense. Recipients that
  // have no reply yet are to be tried again.
  void on_lost(std::string why);

  // Whether the server would take the message only in 7 bits. Who can converts it before begin(). Once the
  // connection is of no more use: false.
  bool needs_seven_bit(OutgoingMessage const& message) const;

  // Only when idle. Gives replies at once where the server cannot take the message.
  void begin(OutgoingMessage message);
  // What stands before a piece of content: "BDAT n LAST" where the server takes chunks (RFC 3030 section 2),
  // nothing under DATA. `size`: bytes of the piece as it leaves (wire::ContentDoor).
  std::string before_piece(std::size_t size, bool last);
  void on_content_sent();  // its end, too
  void quit();

  // Whether the output begins something new, so that nothing may have come from the server yet: a reply that
  // is there before its command was sent answers something else.
  bool begins_flight() const { return begins_flight_; }

  // Whether the message goes by BDAT. A server that does not pipeline gets one chunk after the other, each
  // when the one before has been answered; that takes longer than DATA, so it is for binary content only.
  bool chunking() const { return chunking_for(message_); }
  bool over_tls() const { return over_tls_; }
  Phase phase() const { return phase_; }
  bool said_hello() const { return reached_ > Phase::hello; }  // and was answered
  bool content_begun() const { return transaction_.sent() >= ClientTransaction::Place::content; }
  bool content_may_be_whole() const { return end_begun_; }  // its last piece has been on its way
  bool starttls_refused() const { return starttls_refused_; }
  bool met_ourselves() const { return met_ourselves_; }  // the server has greeted with our own name
  wire::PeerExtensions const& peer() const { return peer_; }

  // Why the server cannot be used at all, or any more, in its own words where it said so; absent: it can.
  std::optional<wire::Reply> const& problem() const { return problem_; }
  // What the problem means for the mail that waits for this server.
  std::optional<wire::Reply> refusal() const;
  // For each recipient of the message the reply that decided; absent: none came, it is to be tried again.
  std::vector<std::optional<wire::Reply>> const& replies() const { return transaction_.replies(); }

  OutgoingMessage const& message() const { return message_; }

 private:
  enum class Command : std::uint8_t {
    greeting,  // none was sent: the server speaks first
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
    lone_dot,  // the empty content that answers a 354 when nobody was accepted
    rset,
    quit,
    last_
  };
  struct Pending {
    Command command;
    std::size_t recipient = 0;  // of rcpt; of content in LMTP
  };
  struct Row;
  static Row const& row_for(Command command);

  bool end_begun_ = false;  // the last piece of the message's content has been given out
  Hop hop_for(OutgoingMessage const& message) const;
  bool chunking_for(OutgoingMessage const& message) const {
    return peer_.chunking && settings_.protocol == ClientProtocol::smtp &&
           (peer_.pipelining || message.body == wire::Body::binary_mime);
  }
  void enter(Phase to);
  void ask(Command command, std::string line, std::size_t recipient = 0);
  void give_up(wire::Reply problem);
  void say_hello();
  bool may_log_in() const;
  void meet_ourselves();
  bool greets_as_ourselves(wire::Reply const& reply) const;
  void secure();
  void log_in();
  void ask_login(Command command, std::string line);
  void open_transaction();
  void send_envelope();
  void go_on();

  void on_greeting(wire::Reply const& reply, Pending const& pending);
  void on_hello(wire::Reply const& reply, Pending const& pending);
  void on_starttls(wire::Reply const& reply, Pending const& pending);
  void on_auth(wire::Reply const& reply, Pending const& pending);
  void on_mail(wire::Reply const& reply, Pending const& pending);
  void on_rcpt(wire::Reply const& reply, Pending const& pending);
  void on_data(wire::Reply const& reply, Pending const& pending);
  void on_chunk(wire::Reply const& reply, Pending const& pending);
  void on_content(wire::Reply const& reply, Pending const& pending);
  void on_lone_dot(wire::Reply const& reply, Pending const& pending);
  void on_rset(wire::Reply const& reply, Pending const& pending);
  void on_quit(wire::Reply const& reply, Pending const& pending);

  ClientSettings settings_;
  Phase phase_ = Phase::greeting;
  Phase reached_ = Phase::greeting;  // the furthest one, closed aside
  std::string output_;
  std::deque<Pending> pending_;
  wire::PeerExtensions peer_;
  bool over_tls_ = false;
  bool begins_flight_ = false;
  bool starttls_refused_ = false;
  bool met_ourselves_ = false;
  policy::HostProof proved_ = policy::HostProof::none;
  bool needs_reset_ = false;  // the server has a transaction open that it must forget before the next one
  std::optional<wire::Reply> problem_;

  OutgoingMessage message_;
  ClientTransaction transaction_;
};

}  // namespace postern::dialogue

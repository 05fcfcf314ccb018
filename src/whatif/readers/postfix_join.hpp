// Joins what a Postfix log tells in pieces: sessions by process (postscreen's by address and port), messages
// by queue id. A message is given when its session is over and the queue manager has taken it; where content
// filters write into the log, when it is known what they have found, or after a few minutes. Bounds: open
// sessions, at most 500,000; at most 200,000 messages wait, for an hour of the log, for what is still to be
// told.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>
#include <vector>

#include "whatif/facts_source.hpp"
#include "whatif/readers/content_verdicts.hpp"
#include "whatif/tls_silence.hpp"

namespace postern::whatif {

class PostfixJoin {
 public:
  struct Refusal {
    std::string sender = {}, recipient = {};
    std::uint16_t code = 0;
    bool for_want_of_tls = false;
  };
  struct Session {
    std::uint32_t index = 0;
    std::uint64_t key = 0;
    bool in_use = false;
    bool open = true;
    bool whole = false;      // its connect line was seen
    bool tls_told = false;   // by a line of its own
    bool via_front = false;  // a host in front named the client by XCLIENT: TLS, if any, ended there
    bool logged_in = false;
    bool lost_in_starttls = false;
    bool mail_refused = false;  // a MAIL command was refused for a reason of its own
    bool hold_next = false;     // the next message is accepted without the queue manager: HOLD, DISCARD
    Wanted hold_wanted = Wanted::unknown;
    std::string hold_sender;
    Origin origin = Origin::outside;
    TlsSilence::Service service = 0;
    Instant started{};
    IpAddress client;
    bool has_client = false;
    std::string name;
    std::string helo;
    TlsSeen tls;
    std::uint32_t waiting = 0;  // messages that refer to it
    std::vector<std::uint32_t> messages;
    std::vector<Refusal> refusals;

    void tls_failed(std::string_view why);   // empty: not told
    void set_peer(std::string_view text);    // "name[address]:port": who has connected
    void set_client(std::string_view text);  // the same, of whom it serves: another one is named by XCLIENT
    void refused(std::string_view text);     // a reject line with sender and recipient
    void warned(std::string_view text);      // a reject_warning line
    bool is_of_users() const { return logged_in || origin == Origin::authenticated; }
  };
  struct Message {
    std::uint64_t key = 0;
    std::uint32_t session = 0;
    std::uint32_t turn = 0;  // how often this place has been used
    bool in_use = false;
    bool accepted = false;
    bool held = false;  // accepted as soon as it has a header
    bool authenticated = false;
    bool put_back = false;  // by a content filter: received before
    bool told = false;      // given to the sink
    bool is_past_verdicts = false;
    bool has_own_client = false;  // not its session's
    std::uint32_t recipients_due = 0;
    Instant at{};
    std::string sender;
    std::vector<std::string> recipients;
    Wanted wanted = Wanted::unknown;               // as Postfix itself tells
    std::uint64_t queue_key = 0, message_key = 0;  // of ContentVerdicts
    IpAddress client;
    std::string client_name;
  };
  PostfixJoin(ReceptionSink& sink, ContentVerdicts const& verdicts)
      : sink_(sink), verdicts_(verdicts), silence_(sink) {}

  // The session of a process: a new one, the one that is open (or a new one that is not whole), or none.
  Session& open(std::uint64_t key, Instant at);
  Session& at(std::uint64_t key, Instant at);
  Session* find(std::uint64_t key);
  Session& session_of(Message const& message) { return sessions_[message.session]; }

  // The session is over: what `counters` ("ehlo=2 starttls=1 mail=1 ...") or silence say of its TLS holds.
  void close(std::uint64_t key, Instant at, std::string_view counters);

  void tells_tls(TlsSilence::Service service) { silence_.log_tells_tls(service); }

  // A new message of the session; one with the same key is told of, or forgotten. Good until the next call.
  Message& begin_message(std::uint64_t key, Session& session, Instant at);
  Message* message(std::uint64_t key);
  void give_if_complete(std::uint64_t key);  // all that is to be told of it has been
  void drop_message(std::uint64_t key);      // it was refused after all, or its queue id is of another one

  void end(Instant at);

  // For the notes.
  std::uint64_t messages_put_back() const { return put_back_; }
  std::uint64_t messages_via_front() const { return via_front_; }
  std::uint64_t messages_left_unknown() const { return silence_.messages_left_unknown(); }

 private:
  struct Due {
    Instant at;
    std::uint32_t message, turn;
  };
  std::uint32_t free_session(Instant at);
  void close_session(std::uint32_t index, Instant at, std::string_view counters);
  Reception reception_of(Session const& session) const;
  void pass_on(Session const& session, Reception&& reception);
  void give(Message& message, Reception::Kind kind);
  void read_counters(Session& session, std::string_view counters);
  void give_messages(std::uint32_t index, Instant at);
  void give_refusals(std::uint32_t index, Instant at);
  bool expects_verdicts() const;
  bool is_complete(Message const& message) const;
  Wanted verdict_on(Message const& message) const;
  void drop(std::uint32_t index, Reception::Kind kind = Reception::Kind::message);
  void free_if_idle(std::uint32_t session);
  void expire(Instant now);

  ReceptionSink& sink_;
  ContentVerdicts const& verdicts_;
  TlsSilence silence_;
  std::vector<Session> sessions_;
  std::vector<std::uint32_t> free_sessions_;
  std::vector<Message> messages_;
  std::vector<std::uint32_t> free_messages_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_process_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_queue_id_;
  std::deque<Due> due_, verdicts_due_;
  std::vector<std::uint32_t> ready_;
  std::uint64_t begun_ = 0, put_back_ = 0, via_front_ = 0;
};

}  // namespace postern::whatif

// Joins what a Postfix log tells in pieces: sessions by process (postscreen's by address and port), messages
// by queue id. A message is given when its session is over and the queue manager has taken it. Bounds: open
// sessions, at most 500,000; at most 200,000 messages wait, for an hour of the log, for what is still to be
// told.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>
#include <vector>

#include "whatif/facts_source.hpp"
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
    bool whole = false;  // its connect line was seen
    Origin origin = Origin::outside;
    Instant started{};
    IpAddress client;
    bool has_client = false;
    std::string name;
    std::string helo;
    TlsSeen tls;
    std::uint32_t waiting = 0;  // messages that refer to it
    std::vector<std::uint32_t> messages;
    std::vector<Refusal> refusals;

    void tls_failed(std::string_view why);  // empty: not told
    void set_peer(std::string_view text);   // "name[address]:port"
    void refused(std::string_view text);    // a reject line with sender and recipient
  };
  struct Message {
    std::uint64_t key = 0;
    std::uint32_t session = 0;
    std::uint32_t turn = 0;  // how often this place has been used
    bool in_use = false;
    bool accepted = false;
    bool authenticated = false;
    bool told = false;  // given to the sink
    std::uint32_t recipients_due = 0;
    Instant at{};
    std::string sender;
    std::vector<std::string> recipients;
  };
  explicit PostfixJoin(ReceptionSink& sink) : sink_(sink), silence_(sink) {}

  // The session of a process: a new one, the one that is open (or a new one that is not whole), or none.
  Session& open(std::uint64_t key, Instant at);
  Session& at(std::uint64_t key, Instant at);
  Session* find(std::uint64_t key);
  Session& session_of(Message const& message) { return sessions_[message.session]; }

  // The session is over: what `counters` ("ehlo=2 starttls=1 mail=1 ...") or silence say of its TLS holds.
  void close(std::uint64_t key, Instant at, std::string_view counters);

  void tells_tls() { silence_.log_tells_tls(); }

  void begin_message(std::uint64_t queue_id, Session& session, Instant at, bool authenticated);
  Message* message(std::uint64_t queue_id);
  void give_if_complete(std::uint64_t queue_id);  // all that is to be told of it has been
  void drop_message(std::uint64_t queue_id);      // it was refused after all

  // One that is complete in itself, on that session.
  void pass_on(Session const& session, Reception&& reception);
  Reception reception_of(Session const& session) const;

  void end(Instant at);

 private:
  struct Due {
    Instant at;
    std::uint32_t message, turn;
  };
  std::uint32_t free_session(Instant at);
  void close_session(std::uint32_t index, Instant at, std::string_view counters);
  void give(Message& message, Reception::Kind kind);
  static void read_counters(Session& session, std::string_view counters);
  void give_messages(std::uint32_t index, Instant at);
  void give_refusals(std::uint32_t index, Instant at);
  void drop(std::uint32_t index, Reception::Kind kind = Reception::Kind::message);
  void free_if_idle(std::uint32_t session);
  void expire(Instant now);

  ReceptionSink& sink_;
  TlsSilence silence_;
  std::vector<Session> sessions_;
  std::vector<std::uint32_t> free_sessions_;
  std::vector<Message> messages_;
  std::vector<std::uint32_t> free_messages_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_process_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> by_queue_id_;
  std::deque<Due> due_;
  std::vector<std::uint32_t> ready_;
};

// "mail=0/1" of a disconnect line: how often it succeeded, how often it was tried.
struct PostfixCounter {
  std::uint64_t good = 0, tried = 0;
  bool told = false;
};
PostfixCounter postfix_counter(std::string_view counters, std::string_view name);  // name: " mail="

}  // namespace postern::whatif

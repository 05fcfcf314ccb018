// What a session with sendmail has shown before its messages: TLS by a STARTTLS= line, a log-in by an AUTH=
// line. Such a line names a process, and in some versions also the queue id of the first message; all
// messages of the process are the session's until it serves another client. Bounds: the latest 100,000.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>

#include "whatif/readers/log_line.hpp"
#include "whatif/reception.hpp"

namespace postern::whatif {

class SendmailProofs {
 public:
  struct Proved {
    IpAddress client;
    bool has_client = false;
    TlsSeen tls;
    bool logged_in = false;
    Instant at{};
  };
  // `session`: the client, and the TLS that it uses from then on. A log-in before it is forgotten
  // (RFC 3207 section 4.2).
  void starttls(LogLine const& line, std::string_view id, Reception const& session);
  void logged_in(LogLine const& line, std::string_view id, Reception const& session);
  void ended(LogLine const& line);  // the session of a process that brought no message

  // By the process, when it has served the same client not long ago; else by the queue id. Null: nothing.
  Proved const* of(LogLine const& line, std::string_view id, Reception const& message) const;

 private:
  Proved& place(std::uint64_t key);
  template <class Change>
  void change(LogLine const& line, std::string_view id, Change alter);

  boost::unordered_flat_map<std::uint64_t, Proved> proved_;  // by process, and by queue id
  std::deque<std::uint64_t> order_;
};

// Of one host's queue ids.
std::uint64_t sendmail_queue_key(LogLine const& line, std::string_view id);

}  // namespace postern::whatif

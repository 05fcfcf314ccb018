// One conversation with a content filter about one message: what it is told, and what it answers. Two kinds
// of filter answer it, session/rspamd_call and session/milter_call. Thread: its event loop. Lifetime: what a
// question refers to outlives the call. Stopping: every wait ends with its token.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/stop_state.hpp"
#include "net/stream.hpp"
#include "policy/facts.hpp"
#include "session/filter_config.hpp"
#include "session/filtered_message.hpp"
#include "wire/message_changes.hpp"
#include "wire/reply.hpp"

namespace postern::session {

struct FilterQuestion {
  FilterConfig const* filter = nullptr;
  FilteredMessage* message = nullptr;
  policy::Facts const* facts = nullptr;
  std::string hostname;  // ours
  net::EventLoop* loop = nullptr;
  net::StopToken stop = {};

  std::vector<Address const*> recipients() const;  // those that were accepted
};

struct FilterAnswer {
  policy::Effect effect = policy::Effect::accept;
  wire::Reply reply = {};    // with defer and reject
  std::string action = {};   // in its own words
  std::string score = {};    // "7.50"
  std::string symbols = {};  // separated by blanks
  std::string flag = {};     // a reason for X-Postern-Flag
  bool held = false;
  wire::MessageChanges changes = {};  // with accept
};

// The error is a sentence about why there is no answer.
using FilterResult = Result<FilterAnswer, std::string>;

// A connection to a filter, which has one time limit for everything. What goes wrong is said once, as a
// sentence.
class FilterConnection : private net::Deadline {
 public:
  FilterConnection(net::EventLoop& loop, net::Socket socket, net::Target const& target, Duration limit,
                   net::StopToken stop);

  net::Task<bool> send(std::string bytes);
  // More of what it says, appended to received(). False: it has hung up, or hung_up() is false and something
  // is wrong.
  net::Task<bool> read();

  std::string& received() { return in_; }
  bool hung_up() const { return hung_up_; }
  std::string const& problem() const { return problem_; }
  void close() { stream_.close(); }

 private:
  void expire() override { stream_.end_waits(); }
  void acknowledge_at_once();
  void note(net::IoError const& error);

  net::Stream stream_;
  bool over_tcp_;
  std::string in_;
  bool hung_up_ = false;
  std::string problem_;
};

// Opens a connection within the filter's time limit; the error is a sentence.
net::Task<Result<std::unique_ptr<FilterConnection>, std::string>> connect_to(FilterQuestion question);

}  // namespace postern::session

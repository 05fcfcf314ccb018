// Tells, once a day, whose mail rules have deferred, refused or flagged: each mailbox that wants to know its
// own, and the postmaster all of it. Off unless asked for. Of one loop; send() from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "delivery/lane.hpp"
#include "net/event_loop.hpp"
#include "net/worker_pool.hpp"
#include "policy/directory.hpp"
#include "store/report_log.hpp"
#include "store/rule_actions.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct NoticeSettings {
  std::vector<std::string> mailboxes;  // addresses, or "*"
  std::string postmaster;              // an address; empty: no notice
  std::string contact;                 // how to ask for an exemption; empty: postmaster
  int hour = 6;                        // UTC
};

struct NoticeConfig {
  NoticeSettings settings;
  std::string hostname;
  std::shared_ptr<policy::Directory const> directory;
};

struct NoticeServices {
  net::EventLoop& loop;
  store::Spool& spool;
  store::ReportLog& sent;
  Log& log;
  std::string facts;  // the file
};

class Notices {
 public:
  Notices(NoticeServices services, NoticeConfig config);

  void start();
  void send(Instant day);  // those of that day (UTC) that have not been sent, now
  void reload(NoticeConfig config);
  void stop();
  void join_workers() { workers_.join(); }

 private:
  void wait();
  net::Task<void> run_day(Instant day);
  net::Task<void> tell(std::string day, Address address, std::vector<store::RuleAction> actions, bool of_all);

  NoticeServices services_;
  NoticeConfig config_;
  net::WorkerPool workers_{1};
  LaneTimer timer_;
  bool running_ = false;
  bool stopping_ = false;
};

// The text of one; `of_all`: for the postmaster.
std::string notice_text(std::string const& day, std::string const& hostname, std::string const& contact,
                        std::vector<store::RuleAction> const& actions, bool of_all);

}  // namespace postern::delivery

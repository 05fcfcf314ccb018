// Tells, once a day, whose mail rules have deferred, refused or flagged: each mailbox that wants to know
// about its own, and the postmaster about all of it. Off unless it is asked for. Its settings and its command
// are called "notices". Thread: the delivery loop; the public functions from any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "delivery/daily_job.hpp"
#include "delivery/digest_message.hpp"
#include "net/worker_pool.hpp"
#include "policy/directory.hpp"
#include "store/report_log.hpp"
#include "store/spool.hpp"

namespace postern::delivery {

struct DigestSettings {
  std::vector<std::string> mailboxes;  // addresses, or "*"
  std::string postmaster;              // an address; empty: no digest
  std::string contact;                 // how to ask for an exemption; empty: postmaster
  int hour = 6;                        // UTC
};

struct DigestConfig {
  DigestSettings settings;
  std::string hostname;
  std::shared_ptr<policy::Directory const> directory;
};

struct DigestServices {
  net::EventLoop& loop;
  store::Spool& spool;
  store::ReportLog& sent;
  Log& log;
  Counters& counters;
  Clock const& clock;
  std::string facts;  // the file
};

class Digest {
 public:
  Digest(DigestServices services, DigestConfig config);

  void start() { job_.start(); }
  void send(Instant day) { job_.run(day); }  // what of that day (UTC) has not been sent, now
  void reload(DigestConfig config);
  void stop() { job_.stop(); }
  void join_workers() { workers_.join(); }

 private:
  bool wanted() const;
  bool wants(std::string const& mailbox) const;
  net::Task<void> run_day(Instant day);
  net::Task<void> send_one(DigestMail mail, Address to);
  DigestMail mail_of(Instant day, DigestOf of, std::string const& domain) const;

  DigestServices services_;
  DigestConfig config_;
  net::WorkerPool workers_{1};
  DailyJob job_;
};

}  // namespace postern::delivery

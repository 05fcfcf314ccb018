// Sends the reports about TLS (RFC 8460) to the domains that ask for them: once a day, at a random time, what
// the store of facts tells of the day before; by mail, or posted over HTTPS. A domain may name several
// places, and each gets the report once: one that cannot be reached is tried again every hour until a day has
// passed, and the others are left alone. Thread: the delivery loop; the public functions from any.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "delivery/daily_job.hpp"
#include "net/dns.hpp"
#include "net/event_loop.hpp"
#include "net/worker_pool.hpp"
#include "store/report_log.hpp"
#include "store/spool.hpp"
#include "wire/report_uri.hpp"
#include "wire/tls_report.hpp"

namespace postern::delivery {

struct TlsReportSettings {
  bool send = true;
  std::string contact;  // said in reports; empty: postmaster at the host name
};

struct TlsReportConfig {
  TlsReportSettings settings;
  std::string hostname;
  std::string ca_file;  // who is trusted; empty: the system's
  std::uint16_t https_port = 443;
};

struct TlsReportServices {
  net::EventLoop& loop;
  net::Dns& dns;
  store::Spool& spool;
  store::ReportLog& sent;
  Log& log;
  Counters& counters;
  Random& random;
  Clock const& clock;
  std::string facts;  // the file
};

class TlsReports {
 public:
  TlsReports(TlsReportServices services, TlsReportConfig config);

  void start() { job_.start(); }
  void send(Instant day) { job_.run(day); }  // the day's reports that have not been sent, now
  void reload(TlsReportConfig config);
  void stop() { job_.stop(); }
  void join_workers() { workers_.join(); }

 private:
  using Results = std::vector<wire::TlsPolicyResult>;
  struct Due {
    std::string domain;
    Instant day;
    wire::TlsReport report;
  };
  using DuePtr = std::shared_ptr<Due const>;

  Instant next_run();
  net::Task<void> run_day(Instant day);
  net::Task<bool> send_one(std::string domain, Results results, Instant day);
  DuePtr make_due(std::string domain, Results results, Instant day) const;
  net::Task<bool> deliver(std::string uri, DuePtr due);
  net::Task<std::string> mail(Address to, DuePtr due);
  net::Task<std::string> post(std::string uri, wire::HttpsPlace place, DuePtr due);

  TlsReportServices services_;
  TlsReportConfig config_;
  net::WorkerPool workers_{1};
  bool started_ = false;     // next_run() has been asked for the first time
  bool incomplete_ = false;  // something is to be tried again
  DailyJob job_;
};

}  // namespace postern::delivery

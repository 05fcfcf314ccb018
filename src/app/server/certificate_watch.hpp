// Tells of certificates near their end, at start, after a reload, and once a day: as an event of the log, and
// as a metric. Thread: the one that runs `main`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/settings/settings.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"

namespace postern::app {

// One look at the certificates that the settings name.
void tell_of_certificates(Settings const& settings, Instant now, Log& log, Counters& counters);

class CertificateWatch {
 public:
  // All outlive it.
  CertificateWatch(boost::asio::io_context& main, Log& log, Counters& counters)
      : timer_(main), log_(log), counters_(counters) {}

  void look_at(Settings const& settings);  // now, and once a day until the next call, or stop()
  void stop();

 private:
  void look();

  boost::asio::steady_timer timer_;
  Log& log_;
  Counters& counters_;
  Settings settings_;
  bool stopping_ = false;
};

}  // namespace postern::app

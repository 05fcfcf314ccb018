// Brings a changed configuration to the parts of a running server: all of it on SIGHUP, the lists of rules
// when one of their files has changed, and what signs when a key has. What is wrong in a new one keeps the
// one in use. Settings that only a start reads stay as they are; the log names those that have changed.
// Thread: the one that runs `main`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/server/part.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/settings.hpp"
#include "base/log.hpp"
#include "net/ticket_keys.hpp"

namespace postern::app {

class Reloader {
 public:
  // `running`: as the server was started with. All the others outlive it.
  Reloader(boost::asio::io_context& main, Settings running, net::TicketKeys& tickets, Log& log,
           std::vector<std::unique_ptr<Part>> const& parts);

  void reload();
  void begin(TlsInUse tls);  // the server runs: from here on lists and keys are watched, every second
  void stop();               // watching

  void reload_changed_lists();  // one look at their files
  void reload_changed_keys();
  Settings const& in_force() const { return in_force_; }

 private:
  void watch_files();

  Settings in_force_;  // its `start` never changes
  TlsInUse tls_;
  net::TicketKeys& tickets_;
  Log& log_;
  std::vector<std::unique_ptr<Part>> const& parts_;
  boost::asio::steady_timer watch_;
  std::string lists_;  // the state of their files
  std::string keys_;   // the same of the directory of keys
  bool stopping_ = false;
};

}  // namespace postern::app

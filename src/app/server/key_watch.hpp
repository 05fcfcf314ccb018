// Looks for our next signing keys in the DNS, at start, after a reload, and once a minute: as soon as all of
// a domain are published and fit, they come into use, and those before them are retired. Whoever uses keys
// hears of it by server/reloader, since files change. Thread: the one that runs `main`.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "auth/signing_keys.hpp"
#include "base/log.hpp"
#include "net/dns.hpp"

namespace postern::app {

class KeyWatch {
 public:
  // All outlive it; `dns` as long as `main` runs.
  KeyWatch(boost::asio::io_context& main, net::Dns& dns, Log& log)
      : main_(main), timer_(main), dns_(dns), log_(log) {}

  void look_at(std::string directory);  // from now on; empty: nothing signs
  void stop();

 private:
  struct Wanted;  // whose next keys are being looked for

  void look();
  void ask(std::shared_ptr<Wanted> const& domain, auth::OwnKey const& own);
  void on_answer(std::shared_ptr<Wanted> const& domain, auth::OwnKey const& own,
                 net::DnsAnswer const& answer);
  void take_into_use(std::string const& domain);

  boost::asio::io_context& main_;
  boost::asio::steady_timer timer_;
  net::Dns& dns_;
  Log& log_;
  std::string directory_;
  bool stopping_ = false;
};

}  // namespace postern::app

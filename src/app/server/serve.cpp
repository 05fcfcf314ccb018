#include "app/server/serve.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>

#include "app/server/certificate_watch.hpp"
#include "app/server/descriptor_limit.hpp"
#include "app/server/gate.hpp"
#include "app/server/key_watch.hpp"
#include "app/server/log_output.hpp"
#include "app/server/reloader.hpp"
#include "app/server/sending.hpp"
#include "app/server/signals.hpp"
#include "app/server/stop_watchdog.hpp"
#include "app/server/web.hpp"
#include "app/settings/build_config.hpp"
#include "app/settings/data_dir.hpp"
#include "app/settings/why_not.hpp"
#include "base/counted.hpp"
#include "net/wall_clock.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::milliseconds idle_poll{20};
constexpr std::chrono::seconds take_down_limit{10};  // beyond shutdown_limit

struct CannotStart : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The control socket, the page, and the sites of MTA-STS policies.
std::size_t count_web_listeners(StartSettings const& start) {
  auto const serves_https = [](auto const& listener) { return listener.role == ListenRole::https; };
  return 2 + static_cast<std::size_t>(std::count_if(start.listen.begin(), start.listen.end(), serves_https));
}

class Server {
 public:
  Server(Settings const& settings, Log& log, Counters& counters)
      : settings_(settings), log_(log), counters_(counters) {}

  ~Server() { take_down(); }

  std::vector<std::string> start() {
    auto const built = build_config(settings_, tickets_);
    if (!built.errors.empty()) return built.errors;
    try {
      open_all(built);
    } catch (CannotStart const& why) {
      return {why.what()};
    }
    loops_.start();
    for (auto const& part : parts_) part->start();
    reloader_.begin(built.tls);
    log_started(built.gate->tls->descriptions());
    certificates_.look_at(settings_);
    keys_->look_at(settings_.key_directory());
    return {};
  }

  void run() {
    signals_.listen([this] { reload(); }, [this] { stop(); });
    main_.run();
    auto const queued = stores_->spool->summary().messages;
    take_down();
    if (watchdog_) watchdog_->disarm();
    log_.write(LogEvent(Severity::info, "stopped").add("queued", queued));
  }

  std::optional<net::Endpoint> first_smtp() const { return gate_->first_smtp(); }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (auto const& part : parts_)
      for (auto& line : part->lines()) all.push_back(std::move(line));
    return all;
  }

 private:
  // The parts, in the order of who uses whom.
  void open_all(BuiltConfig const& built) {
    stores_ = &open<Stores>();
    auto& resolving = open<Resolving>();
    keys_.emplace(main_, *resolving.dns, log_);
    auto& sending = open<Sending>(*stores_, resolving, built);
    gate_ = &open<Gate>(*stores_, resolving, built);
    open<Web>(*stores_, sending, built);
  }

  template <class P, class... Uses>
  P& open(Uses&&... uses) {
    auto part = P::open(context_, uses...);
    if (!part) throw CannotStart(part.error());
    auto& opened = **part;
    parts_.push_back(*std::move(part));
    return opened;
  }

  void log_started(std::vector<std::string> const& certificates) {
    for (auto const& certificate : certificates)
      log_.write(LogEvent(Severity::info, "certificate").add("file", certificate));
    auto const& recovery = stores_->spool->recovery();
    if (!recovery.torn_end.empty())
      log_.write(LogEvent(Severity::info, "spool-torn-end").add("what", recovery.torn_end));
    for (auto const& problem : recovery.problems)
      log_.write(LogEvent(Severity::warning, "spool-damage").add("what", problem));
    log_.write(LogEvent(Severity::info, "started")
                   .add("hostname", settings_.live.hostname)
                   .add("queued", stores_->spool->summary().messages)
                   .add("segments", recovery.segments)
                   .add("damaged_bytes", recovery.damaged_bytes));
    ::sd_notify(0, "READY=1");
  }

  void reload() {
    reloader_.reload();
    certificates_.look_at(reloader_.in_force());
    keys_->look_at(reloader_.in_force().key_directory());
  }

  void stop() {
    if (stopping_) return cut();  // asked twice
    stopping_ = true;
    drain();
  }

  void drain() {
    ::sd_notify(0, "STOPPING=1");
    log_.write(LogEvent(Severity::info, "stopping").add("open", counters_.open_connections.load()));
    watchdog_.emplace(last_resort([last_sync = stores_->last_sync] { last_sync->sync(); }));
    watchdog_->arm(settings_.start.shutdown_limit + take_down_limit);
    reloader_.stop();
    certificates_.stop();
    keys_->stop();
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) (*part)->drain();
    limit_.expires_after(settings_.start.shutdown_limit);
    limit_.async_wait([this](boost::system::error_code error) {
      if (!error) cut();
    });
    end_when_idle();
  }

  void end_when_idle() {
    if (std::all_of(parts_.begin(), parts_.end(), [](auto const& part) { return part->idle(); }))
      return main_.stop();
    poll_.expires_after(idle_poll);
    poll_.async_wait([this](boost::system::error_code error) {
      if (!error) end_when_idle();
    });
  }

  void cut() {
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) (*part)->cut();
  }

  // In the order that server/part.hpp gives. Also of what has been opened only in part.
  void take_down() {
    loops_.stop();
    for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) (*part)->join();
    while (!parts_.empty()) parts_.pop_back();
  }

  Settings const& settings_;
  Log& log_;
  Counters& counters_;
  net::TicketKeys tickets_{settings_.start.ticket_lifetime};
  Loops loops_{settings_.start.threads};
  net::WallClock clock_;
  ServerContext context_{settings_.start,
                         DataPaths(settings_.data_directory()),
                         settings_.maildrop_directory(),
                         loops_,
                         log_,
                         counters_,
                         clock_,
                         share_descriptors(descriptor_limit(), count_web_listeners(settings_.start))};
  std::vector<std::unique_ptr<Part>> parts_;
  Stores* stores_ = nullptr;
  Gate* gate_ = nullptr;
  boost::asio::io_context main_;
  Signals signals_{main_};  // from the first moment on
  boost::asio::steady_timer limit_{main_};
  boost::asio::steady_timer poll_{main_};
  Reloader reloader_{main_, settings_, tickets_, log_, parts_};
  CertificateWatch certificates_{main_, log_, counters_};
  std::optional<KeyWatch> keys_;          // from the moment the DNS can be asked
  std::optional<StopWatchdog> watchdog_;  // from the moment the server is told to stop
  bool stopping_ = false;
};

std::string domains_in_words(std::vector<DomainSettings> const& domains) {
  constexpr std::size_t shown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(shown, domains.size()); ++i)
    out += (out.empty() ? "" : ", ") + domains[i].name;
  return domains.size() > shown ? out + " and " + counted(domains.size() - shown, "other domain") : out;
}

void print_welcome(Server const& server, Settings const& settings) {
  auto const directory = settings.data_directory();
  for (auto const& line : server.lines()) std::fprintf(stderr, "postern: %s\n", line.c_str());
  std::fprintf(stderr, "postern: data in %s, mail for %s\n", directory.c_str(),
               domains_in_words(settings.live.domains).c_str());
  auto const smtp = server.first_smtp();
  if (!settings.file.empty() || !smtp) return;
  std::fprintf(stderr,
               "postern: send a first message over TLS:\n"
               "  printf 'From: me@localhost\\r\\nSubject: first\\r\\n\\r\\nHello over TLS.\\r\\n' | curl "
               "-sS -k --ssl-reqd smtp://%s"
               " --mail-from me@localhost --mail-rcpt you@localhost -T -\n"
               "  then look into %s/mail/localhost/you/new/\n",
               smtp->print().c_str(), directory.c_str());
}

}  // namespace

std::vector<std::string> serve(Settings const& settings, std::vector<std::string> const& warnings) {
  raise_descriptor_limit();
  std::string const directory = settings.data_directory();
  errno = 0;
  if (!store::real_files().make_directories(directory))
    return {"the data directory " + directory + " cannot be made: " + why_not(errno)};
  auto const lock = DataLock::take(DataPaths(directory).lock);
  if (!lock) return {lock.error()};
  Counters counters;
  auto const log = make_log(settings.start.log_level, settings.start.log_format, counters);
  Server server(settings, *log, counters);
  if (auto const errors = server.start(); !errors.empty()) return errors;
  for (auto const& warning : warnings)
    log->write(LogEvent(Severity::warning, "configuration").add("what", warning));
  print_welcome(server, settings);
  server.run();
  return {};
}

}  // namespace postern::app

#include "app/server/serve.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <future>
#include <thread>

#include "app/settings/build_config.hpp"
#include "app/settings/build_rules.hpp"
#include "app/settings/data_dir.hpp"
#include "app/server/descriptor_limit.hpp"
#include "app/server/destination_of.hpp"
#include "app/server/listeners.hpp"
#include "app/server/log_output.hpp"
#include "app/server/memory_keeper.hpp"
#include "app/settings/settings_file.hpp"
#include "app/server/system_random.hpp"
#include "base/ascii.hpp"
#include "delivery/scheduler.hpp"
#include "net/event_loop.hpp"
#include "session/smtp_server.hpp"
#include "store/segment_spool.hpp"
#include "web/api.hpp"
#include "web/http_server.hpp"
#include "web/metrics.hpp"

namespace postern::app {
namespace {

int complain(std::vector<std::string> const& errors) {
  for (auto const& error : errors) std::fprintf(stderr, "postern: %s\n", error.c_str());
  return 1;
}

class Server {
 public:
  Server(Settings const& settings, Log& log, Counters& counters)
      : settings_(settings), log_(log), counters_(counters) {}

  ~Server() { take_down(); }

  std::vector<std::string> start() {
    auto built = build_config(settings_, tickets_);
    if (!built.errors.empty()) return built.errors;
    auto spool = store::SegmentSpool::open({paths_.spool, settings_.segment_size}, store::real_files(), log_,
                                           counters_);
    if (!spool) return {spool.error()};
    spool_ = std::move(*spool);
    auto evidence = store::Evidence::open({paths_.facts, settings_.facts_retention, settings_.memory.expire},
                                          log_, counters_);
    if (!evidence) return {evidence.error()};
    evidence_ = std::move(*evidence);
    if (auto const loaded = keeper_.load(settings_.memory.size); !loaded) return {loaded.error()};
    if (auto const taken = keeper_.take_imported(); !taken) return {taken.error()};
    auto dns = net::Dns::make(settings_.dns);
    if (!dns) return {dns.error()};
    dns_ = std::move(*dns);
    client_names_.emplace(*dns_, counters_);
    spf_.emplace(*dns_);
    auto sts_cache = store::StsCache::open(paths_.sts);
    if (!sts_cache) return {sts_cache.error()};
    sts_cache_ = std::move(*sts_cache);
    make_loops();
    *sts_policies_.access() = built.sts_site;
    *tls_.access() = built.gate->tls;
    auto report_log = store::ReportLog::open(paths_.tls_reports);
    if (!report_log) return {report_log.error()};
    report_log_ = std::move(*report_log);
    make_scheduler(built.delivery);
    auto pickup = delivery::DropPickup::make({delivery_loop_, *spool_, log_, settings_.smtp.max_message_size},
                                             settings_.drop_directory(), built.delivery);
    if (!pickup) return {pickup.error()};
    pickup_ = std::move(*pickup);
    tls_reports_ = std::make_unique<delivery::TlsReports>(
        delivery::TlsReportServices{delivery_loop_, *dns_, *spool_, *report_log_, log_, random_,
                                    paths_.facts},
        built.tls_reports);
    notices_ = std::make_unique<delivery::Notices>(
        delivery::NoticeServices{delivery_loop_, *spool_, *report_log_, log_, paths_.facts}, built.notices);
    if (auto const error = make_gate(built.gate); !error.empty()) return {error};
    if (auto const error = make_web(); !error.empty()) return {error};
    begin();
    log_started(built.gate->tls->descriptions());
    return {};
  }

  void run() {
    wait_for_signal();
    main_.run();
    stop();
  }

  net::Endpoint first_smtp() const { return smtp_at_.front(); }
  std::vector<std::string> const& lines() const { return lines_; }

 private:
  using Timer = boost::asio::steady_timer;

  void make_loops() {
    auto const cores = std::max(1U, std::thread::hardware_concurrency());
    auto const count = settings_.threads > 0 ? static_cast<unsigned>(settings_.threads) : cores;
    for (unsigned i = 0; i < count; ++i)
      loops_.push_back(std::make_unique<net::EventLoop>("loop" + std::to_string(i)));
  }

  void make_scheduler(std::shared_ptr<delivery::DeliveryConfig const> config) {
    delivery::DeliveryServices const services{*spool_,          *evidence_, store::real_files(), *dns_,
                                              sts_cache_.get(), log_,       counters_,           random_};
    *delivery_config_.access() = config;
    scheduler_ = std::make_unique<delivery::Scheduler>(delivery_loop_, services, std::move(config));
    spool_->on_accepted([this](auto const& ids) { scheduler_->accepted(ids); });
  }

  std::string make_gate(std::shared_ptr<session::GateConfig const> config) {
    std::vector<net::EventLoop*> loops;
    for (auto& loop : loops_) loops.push_back(loop.get());
    session::Services const services{*spool_,         *evidence_, *client_names_, admission_,   memory_,
                                     connection_ids_, logins_,    *spf_,          spf_workers_, log_,
                                     counters_};
    gate_ = std::make_unique<session::SmtpServer>(loops, services, std::move(config));
    for (auto const& listener : settings_.listen) {
      if (listener.role == "https") continue;
      auto const at = gate_->listen(*net::Endpoint::parse(listener.address), listener_config(listener));
      if (!at) return at.error();
      lines_.push_back(describe(listener, *at));
      if (listener.role == "mx" || listener.role == "submission") smtp_at_.push_back(*at);
    }
    return {};
  }

  std::string make_web() {
    control_ = std::make_unique<web::HttpServer>(web_loop_, [this](web::HttpRequest const& request) {
      return web::answer_api(control(), request.method, request.target);
    });
    if (auto const listening = control_->listen_unix(paths_.control); !listening) return listening.error();
    if (auto const error = make_sts_sites(); !error.empty()) return error;
    if (settings_.web_address.empty()) return {};
    web_ = std::make_unique<web::HttpServer>(web_loop_, [this](web::HttpRequest const& request) {
      return answer_web(request.method, request.target);
    });
    auto const at = web_->listen(*net::Endpoint::parse(settings_.web_address));
    if (!at) return at.error();
    lines_.push_back("web on http://" + at->print() + "/metrics and /healthz");
    return {};
  }

  std::string make_sts_sites() {
    for (auto const& listener : settings_.listen) {
      if (listener.role != "https") continue;
      auto& site = sts_sites_.emplace_back(std::make_unique<web::HttpServer>(
          web_loop_,
          [this](web::HttpRequest const& request) { return answer_sts(**sts_policies_.access(), request); }));
      auto const at =
          site->listen_tls(*net::Endpoint::parse(listener.address), [this] { return *tls_.access(); });
      if (!at) return at.error();
      lines_.push_back("MTA-STS policies on https://" + at->print());
    }
    return {};
  }

  web::Control control() {
    return {*spool_,
            [this](MessageId id) { scheduler_->retry(id); },
            [this] { scheduler_->retry_all(); },
            destination_of(*delivery_config_.access()),
            [this] { return destinations(); },
            [this](MessageId id, std::string const& route) { return move(id, route); },
            [this](Instant day) { tls_reports_->send(day); },
            [this](Instant day) { notices_->send(day); },
            [this] { return keeper_.take_imported(); },
            [this](policy::MemoryKind kind, std::string const& name) { return keeper_.forget(kind, name); }};
  }

  // Asks the delivery loop; nothing when that does not answer soon.
  std::vector<web::DestinationState> destinations() {
    auto views = std::make_shared<std::promise<std::vector<delivery::LaneView>>>();
    auto told = views->get_future();
    scheduler_->lanes([views](auto lanes) { views->set_value(std::move(lanes)); });
    std::vector<web::DestinationState> states;
    if (told.wait_for(std::chrono::seconds(2)) != std::future_status::ready) return states;
    for (auto& lane : told.get())
      states.push_back(
          {std::move(lane.destination), lane.running, lane.suspended_until, std::move(lane.problem)});
    return states;
  }

  std::string move(MessageId id, std::string const& route) {
    auto const config = *delivery_config_.access();
    if (!route.empty() && !config->routes.rules.contains(lowered(route)))
      if (auto const way = delivery::parse_route(route); !way) return route + ": " + way.error();
    if (!spool_->move(id, route)) return "no such message";
    scheduler_->move(id);
    return {};
  }

  web::HttpAnswer answer_web(std::string_view method, std::string_view target) const {
    if (method != "GET") return {405, "text/plain", "GET only\n"};
    if (target == "/healthz")
      return stopping_ ? web::HttpAnswer{503, "text/plain", "stopping\n"}
                       : web::HttpAnswer{200, "text/plain", "ok\n"};
    if (target == "/metrics")
      return {200, "text/plain; version=0.0.4", web::print_metrics(counters_, spool_->summary())};
    if (target == "/")
      return {200, "text/plain", "Postern at " + settings_.hostname + ": /metrics, /healthz\n"};
    return {404, "text/plain", "not found\n"};
  }

  void begin() {
    for (auto& loop : loops_) loop->start();
    delivery_loop_.start();
    web_loop_.start();
    gate_->start();
    control_->start();
    for (auto& site : sts_sites_) site->start();
    if (web_) web_->start();
    scheduler_->start();
    tls_reports_->start();
    notices_->start();
    watch_lists();
    pickup_->start();
  }

  void log_started(std::vector<std::string> const& certificates) {
    for (auto const& certificate : certificates)
      log_.write(LogEvent(Severity::info, "certificate").add("file", certificate));
    auto const& recovery = spool_->recovery();
    for (auto const& problem : recovery.problems)
      log_.write(LogEvent(Severity::warning, "spool-damage").add("what", problem));
    log_.write(LogEvent(Severity::info, "started")
                   .add("hostname", settings_.hostname)
                   .add("queued", spool_->summary().messages)
                   .add("segments", recovery.segments)
                   .add("damaged_bytes", recovery.damaged_bytes));
    ::sd_notify(0, "READY=1");
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal == SIGHUP)
        reload();
      else if (!stopping_)
        drain();
      else
        return give_up_waiting();  // asked twice
      wait_for_signal();
    });
  }

  void reload() {
    ::sd_notify(0, "RELOADING=1");
    auto read = settings_.file.empty() ? SettingsRead{default_settings(), {}} : read_settings(settings_.file);
    if (settings_.file.empty()) read.settings = settings_;
    auto built = read.errors.empty() ? build_config(read.settings, tickets_) : BuiltConfig{};
    built.errors.insert(built.errors.end(), read.errors.begin(), read.errors.end());
    for (auto const& error : built.errors)
      log_.write(LogEvent(Severity::error, "reload-refused")
                     .add("reason", error)
                     .add("kept", "the configuration and certificates in use"));
    if (built.errors.empty()) {
      *sts_policies_.access() = built.sts_site;
      *tls_.access() = built.gate->tls;
      gate_->reload(built.gate);
      *delivery_config_.access() = built.delivery;
      scheduler_->reload(built.delivery);
      tls_reports_->reload(built.tls_reports);
      notices_->reload(built.notices);
      current_ = read.settings;
      lists_ = state_of_list_files(current_);
      pickup_->reload(built.delivery);
      log_.write(LogEvent(Severity::info, "reloaded"));
      for (auto const& certificate : built.gate->tls->descriptions())
        log_.write(LogEvent(Severity::info, "certificate").add("file", certificate));
    }
    ::sd_notify(0, "READY=1");
  }

  // Files that lists are read from are looked at every second; what is wrong in one keeps what was.
  void watch_lists() {
    watch_.expires_after(std::chrono::seconds(1));
    watch_.async_wait([this](boost::system::error_code error) {
      if (error || stopping_) return;
      if (auto now = state_of_list_files(current_); now != lists_) {
        lists_ = std::move(now);
        read_lists();
      }
      watch_lists();
    });
  }

  void read_lists() {
    auto const built = build_config(current_, tickets_);
    for (auto const& problem : built.errors)
      log_.write(LogEvent(Severity::error, "lists-refused").add("reason", problem));
    if (!built.errors.empty()) return;
    gate_->reload(built.gate);
    log_.write(LogEvent(Severity::info, "lists-read"));
  }

  void drain() {
    stopping_ = true;
    ::sd_notify(0, "STOPPING=1");
    log_.write(LogEvent(Severity::info, "stopping").add("open", counters_.open_connections.load()));
    gate_->drain();
    scheduler_->stop();
    tls_reports_->stop();
    notices_->stop();
    watch_.cancel();
    pickup_->stop();
    limit_.expires_after(settings_.shutdown_limit);
    limit_.async_wait([this](boost::system::error_code error) {
      if (!error) give_up_waiting();
    });
    look_whether_idle();
  }

  void look_whether_idle() {
    if (gate_->idle() && scheduler_->idle()) return main_.stop();
    poll_.expires_after(std::chrono::milliseconds(20));
    poll_.async_wait([this](boost::system::error_code error) {
      if (!error) look_whether_idle();
    });
  }

  void give_up_waiting() {
    gate_->cut();
    scheduler_->cut();
  }

  void stop() {
    auto const queued = spool_->summary().messages;
    take_down();
    log_.write(LogEvent(Severity::info, "stopped").add("queued", queued));
  }

  // In the order of who calls whom: first the loops stand still, then those whose threads post to them end,
  // then what they use goes.
  void take_down() {
    web_loop_.stop();
    delivery_loop_.stop();
    for (auto& loop : loops_) loop->stop();
    if (scheduler_) scheduler_->join_workers();
    if (tls_reports_) tls_reports_->join_workers();
    if (notices_) notices_->join_workers();
    if (pickup_) pickup_->join_workers();
    logins_.join();
    if (spf_) spf_->stop();
    spf_workers_.join();
    spool_.reset();
    dns_.reset();
    web_.reset();
    sts_sites_.clear();
    control_.reset();
    gate_.reset();
    tls_reports_.reset();
    notices_.reset();
    pickup_.reset();
    scheduler_.reset();
    evidence_.reset();
  }

  Settings const& settings_;
  Log& log_;
  Counters& counters_;
  std::vector<std::unique_ptr<net::EventLoop>> loops_;
  net::EventLoop delivery_loop_{"delivery"};
  net::EventLoop web_loop_{"web"};
  DataPaths paths_{settings_.path(settings_.data_dir)};
  net::TicketKeys tickets_{settings_.tls.ticket_lifetime};
  SystemRandom random_;
  IdSource connection_ids_;
  session::Admission admission_{settings_.admission};
  net::WorkerPool logins_{2};
  net::WorkerPool spf_workers_{16};
  std::optional<session::SpfChecker> spf_;
  Guarded<session::Memory> memory_;
  MemoryKeeper keeper_{memory_, paths_.facts};
  std::unique_ptr<store::Evidence> evidence_;
  std::unique_ptr<store::StsCache> sts_cache_;
  std::unique_ptr<store::ReportLog> report_log_;
  std::unique_ptr<delivery::TlsReports> tls_reports_;
  std::unique_ptr<delivery::Notices> notices_;
  std::unique_ptr<delivery::DropPickup> pickup_;
  Guarded<std::shared_ptr<delivery::DeliveryConfig const>> delivery_config_;
  std::unique_ptr<delivery::Scheduler> scheduler_;
  std::unique_ptr<store::SegmentSpool> spool_;
  std::unique_ptr<net::Dns> dns_;
  std::optional<net::ClientNames> client_names_;
  std::unique_ptr<session::SmtpServer> gate_;
  std::unique_ptr<web::HttpServer> control_;
  std::unique_ptr<web::HttpServer> web_;
  std::vector<std::unique_ptr<web::HttpServer>> sts_sites_;
  Guarded<std::shared_ptr<web::StsPolicies const>> sts_policies_;
  Guarded<std::shared_ptr<net::TlsContext const>> tls_;
  boost::asio::io_context main_;
  // From the first moment on: a signal that comes while the server starts waits until it has.
  boost::asio::signal_set signals_{main_, SIGTERM, SIGINT, SIGHUP};
  Timer limit_{main_};
  Timer poll_{main_};
  Timer watch_{main_};
  Settings current_{settings_};  // as last read
  std::string lists_{state_of_list_files(settings_)};
  std::vector<net::Endpoint> smtp_at_;
  std::vector<std::string> lines_;
  std::atomic<bool> stopping_{false};
};

void print_welcome(Server const& server, Settings const& settings) {
  for (auto const& line : server.lines()) std::fprintf(stderr, "postern: %s\n", line.c_str());
  std::fprintf(stderr, "postern: data in %s, mail for %s\n", settings.path(settings.data_dir).c_str(),
               settings.domains.front().name.c_str());
  if (!settings.file.empty()) return;
  std::fprintf(stderr,
               "postern: send a first message over TLS:\n"
               "  printf 'From: me@localhost\\r\\nSubject: first\\r\\n\\r\\nHello over TLS.\\r\\n' | curl "
               "-sS -k --ssl-reqd smtp://%s"
               " --mail-from me@localhost --mail-rcpt you@localhost -T -\n"
               "  then look into %s/mail/localhost/you/new/\n",
               server.first_smtp().print().c_str(), settings.path(settings.data_dir).c_str());
}

}  // namespace

int serve(Settings const& settings, std::vector<std::string> const& warnings) {
  raise_descriptor_limit();
  std::string const directory = settings.path(settings.data_dir);
  if (!store::real_files().make_directories(directory)) return complain({directory + ": cannot be made"});
  auto const lock = DataLock::take(DataPaths(directory).lock);
  if (!lock) return complain({lock.error()});
  Counters counters;
  auto const log = make_log(settings.log_level, settings.log_format, counters);
  Server server(settings, *log, counters);
  if (auto const errors = server.start(); !errors.empty()) return complain(errors);
  for (auto const& warning : warnings)
    log->write(LogEvent(Severity::warning, "configuration").add("what", warning));
  print_welcome(server, settings);
  server.run();
  return 0;
}

}  // namespace postern::app

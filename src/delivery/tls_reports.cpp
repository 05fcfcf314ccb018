#include "delivery/tls_reports.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/ascii.hpp"
#include "delivery/keep_message.hpp"
#include "delivery/tls_report_message.hpp"
#include "net/https_fetch.hpp"
#include "net/mx_hosts.hpp"
#include "net/wall_clock.hpp"
#include "store/tls_results.hpp"
#include "wire/gzip.hpp"
#include "wire/path.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::hours a_day{24};
constexpr std::chrono::hours spread{4};  // RFC 8460 section 4.1: not all at midnight
constexpr std::chrono::hours try_again{1};

Instant day_of(Instant at) { return std::chrono::floor<std::chrono::days>(at); }
Instant last_second(Instant day) { return day + a_day - std::chrono::seconds(1); }
std::string print_day(Instant day) { return print_iso8601(day).substr(0, 10); }
std::string print_second(Instant at) { return print_iso8601(at).substr(0, 19) + "Z"; }  // RFC 3339

std::string seconds_of(Instant at) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

}  // namespace

TlsReports::TlsReports(TlsReportServices services, TlsReportConfig config)
    : services_(services), config_(std::move(config)), timer_(services.loop.context()) {}

void TlsReports::start() {
  services_.loop.post([this] { wait_until(net::wall_clock() + std::chrono::minutes(1)); });
}

void TlsReports::reload(TlsReportConfig config) {
  services_.loop.post([this, config = std::move(config)]() mutable { config_ = std::move(config); });
}

void TlsReports::stop() {
  services_.loop.post([this] {
    stopping_ = true;
    timer_.cancel();
  });
}

void TlsReports::send(Instant day) {
  services_.loop.post([this, day] {
    if (!running_ && !stopping_)
      boost::asio::co_spawn(services_.loop.context(), run_day(day_of(day)), boost::asio::detached);
  });
}

void TlsReports::wait_until(Instant at) {
  timer_.expires_after(
      std::max<std::chrono::steady_clock::duration>(at - net::wall_clock(), std::chrono::seconds(1)));
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopping_) wake();
  });
}

void TlsReports::wake() {
  auto const today = day_of(net::wall_clock());
  auto const offset = Duration(static_cast<std::int64_t>(
      services_.random.next() % static_cast<std::uint64_t>(Duration(spread).count())));
  wait_until(incomplete_ ? net::wall_clock() + try_again : today + a_day + offset);
  if (config_.settings.send) send(today - a_day);
}

net::Task<void> TlsReports::run_day(Instant day) {
  running_ = true;
  bool complete = true;
  auto read = [facts = services_.facts, day] { return store::read_tls_results(facts, day, day + a_day); };
  auto results = co_await workers_.run(std::move(read));
  if (!results) services_.log.write(LogEvent(Severity::error, "tls-reports").add("reason", results.error()));
  std::map<std::string, Results> by_domain;
  if (results)
    for (auto& result : *results) by_domain[result.domain].push_back(std::move(result));
  for (auto& [domain, of_domain] : by_domain) {
    if (stopping_ || services_.sent.has(print_day(day), domain)) continue;
    bool const sent = co_await send_one(domain, std::move(of_domain), day);
    if (sent)
      services_.sent.keep(print_day(day), domain);
    else
      complete = false;
  }
  incomplete_ = !complete;
  running_ = false;
}

// False: to be tried again.
net::Task<bool> TlsReports::send_one(std::string domain, Results results, Instant day) {
  auto const answer = co_await net::ask(services_.dns, "_smtp._tls." + domain, wire::DnsType::txt);
  if (answer.status == net::DnsStatus::failed) co_return false;
  auto const records = wire::parse_txts(answer.records);
  auto const addresses = wire::parse_tlsrpt_record(records);
  if (!addresses) co_return true;  // nobody wants it
  auto const due = make_due(domain, std::move(results), day);
  bool all = true;
  for (auto const& uri : *addresses) {
    bool const sent = co_await deliver(uri, due);
    all = all && sent;
  }
  co_return all;
}

TlsReports::DuePtr TlsReports::make_due(std::string domain, Results results, Instant day) const {
  auto due = std::make_shared<Due>();
  auto& report = due->report;
  report.organization = config_.hostname;
  report.contact = config_.settings.contact;
  if (report.contact.empty()) report.contact = "postmaster@" + config_.hostname;
  report.id = print_day(day) + "." + domain + "@" + config_.hostname;
  report.start = print_second(day);
  report.end = print_second(last_second(day));
  report.policies = std::move(results);
  due->domain = std::move(domain);
  due->day = day;
  return due;
}

net::Task<bool> TlsReports::deliver(std::string uri, DuePtr due) {
  bool const by_mail = istarts_with(uri, "mailto:");
  std::string problem;
  if (by_mail)
    problem = co_await mail(uri, due);
  else
    problem = co_await post(uri, due);
  services_.log.write(LogEvent(problem.empty() ? Severity::info : Severity::warning, "tls-report")
                          .add("domain", due->domain)
                          .add("to", uri)
                          .add("outcome", problem.empty() ? "sent" : problem));
  co_return problem.empty();
}

// What went wrong; empty: nothing.
net::Task<std::string> TlsReports::mail(std::string uri, DuePtr due) {
  constexpr std::size_t scheme = 7;  // mailto:
  auto const to = wire::parse_mailbox(std::string_view(uri).substr(scheme, uri.find('?') - scheme));
  if (!to) co_return "the address is malformed";
  auto const id = services_.spool.next_id();
  std::string const file = config_.hostname + "!" + due->domain + "!" + seconds_of(due->day) + "!" +
                           seconds_of(last_second(due->day)) + "!" + id.print() + ".json.gz";
  auto message = make_tls_report_message({due->report, wire::gzip(print(due->report)), due->domain,
                                          config_.hostname, file, *to, id, net::wall_clock()});
  bool const safe = co_await keep_message(&services_.loop, &services_.spool, id, std::move(message));
  co_return safe ? "" : "the spool cannot take it";
}

net::Task<std::string> TlsReports::post(std::string uri, DuePtr due) {
  constexpr std::size_t scheme = 8;  // https://
  auto const host = uri.substr(scheme, uri.find_first_of("/:?", scheme) - scheme);
  auto const addresses = co_await net::find_addresses(services_.dns, lowered(host));
  if (addresses.addresses.empty()) co_return addresses.problem;
  net::HttpsRequest request;
  request.url = uri;
  request.host = host;
  request.addresses = addresses.addresses;
  request.port = config_.https_port;
  request.ca_file = config_.ca_file;
  request.content_type = "application/tlsrpt+gzip";  // RFC 8460 section 5.4
  request.body = wire::gzip(print(due->report));
  auto call = [request] { return net::fetch_https(request); };
  auto const answer = co_await workers_.run(std::move(call));
  if (!answer) co_return answer.error().why;
  co_return answer->status / 100 == 2 ? std::string() : "HTTP " + std::to_string(answer->status);
}

}  // namespace postern::delivery

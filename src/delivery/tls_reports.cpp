#include "delivery/tls_reports.hpp"

#include "delivery/enqueue.hpp"
#include "delivery/tls_report_message.hpp"
#include "net/https_fetch.hpp"
#include "net/mx_hosts.hpp"
#include "store/tls_results.hpp"
#include "wire/gzip.hpp"
#include "wire/tlsrpt_record.hpp"

namespace postern::delivery {
namespace {

constexpr std::chrono::hours spread{4};  // RFC 8460 section 4.1: not all at midnight
constexpr std::chrono::hours try_again{1};
constexpr std::chrono::minutes after_start{1};

Instant last_second(Instant day) { return day + one_day - std::chrono::seconds(1); }
std::string print_second(Instant at) { return print_iso8601(at).substr(0, 19) + "Z"; }  // RFC 3339

std::string seconds_of(Instant at) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

}  // namespace

TlsReports::TlsReports(TlsReportServices services, TlsReportConfig config)
    : services_(services),
      config_(std::move(config)),
      job_({services.loop, services.log, services.counters, services.clock}, "tls-reports",
           {.run = [this](Instant day) { return run_day(day); },
            .next = [this] { return next_run(); },
            .wanted = [this] { return config_.settings.send; }}) {}

void TlsReports::reload(TlsReportConfig config) {
  services_.loop.post([this, config = std::move(config)]() mutable { config_ = std::move(config); });
}

Instant TlsReports::next_run() {
  auto const now = services_.clock.now();
  if (!std::exchange(started_, true)) return now + after_start;
  if (incomplete_) return now + try_again;
  auto const offset = services_.random.next() % static_cast<std::uint64_t>(Duration(spread).count());
  return day_of(now) + one_day + Duration(static_cast<std::int64_t>(offset));
}

net::Task<void> TlsReports::run_day(Instant day) {
  auto read = [facts = services_.facts, day] { return store::read_tls_results(facts, day, day + one_day); };
  auto results = co_await workers_.run(std::move(read));
  if (!results) services_.log.write(LogEvent(Severity::error, "tls-reports").add("reason", results.error()));
  std::map<std::string, Results> by_domain;
  if (results)
    for (auto& result : *results) by_domain[result.domain].push_back(std::move(result));
  bool complete = true;
  for (auto& [domain, of_domain] : by_domain) {
    if (job_.stopping() || services_.sent.has(print_day(day), domain)) continue;
    bool const sent = co_await send_one(domain, std::move(of_domain), day);
    if (sent)
      services_.sent.keep(print_day(day), domain);
    else
      complete = false;
  }
  incomplete_ = !complete;
}

// False: some of its places are to be tried again.
net::Task<bool> TlsReports::send_one(std::string domain, Results results, Instant day) {
  auto const answer = co_await net::ask(services_.dns, "_smtp._tls." + domain, wire::DnsType::txt);
  if (answer.status == net::DnsStatus::failed) co_return false;
  auto const records = wire::parse_txts(answer.records);
  auto const places = wire::parse_tlsrpt_record(records);
  if (!places) co_return true;  // nobody wants it
  auto const due = make_due(domain, std::move(results), day);
  bool all = true;
  for (auto const& uri : *places) {
    if (services_.sent.has(print_day(day), due->domain, uri)) continue;
    bool const over = co_await deliver(uri, due);
    if (over) services_.sent.keep(print_day(day), due->domain, uri);
    all = all && over;
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

// False: to be tried again.
net::Task<bool> TlsReports::deliver(std::string uri, DuePtr due) {
  auto const to = wire::mailto_address(uri);
  auto const place = wire::https_place(uri);
  bool const is_malformed = !to && !place;
  std::string problem = "the URI is malformed";
  if (to)
    problem = co_await mail(*to, due);
  else if (place)
    problem = co_await post(uri, *place, due);
  services_.log.write(LogEvent(problem.empty() ? Severity::info : Severity::warning, "tls-report")
                          .add("domain", due->domain)
                          .add("to", uri)
                          .add("outcome", problem.empty() ? "sent" : problem));
  co_return problem.empty() || is_malformed;  // time does not mend a URI
}

// What went wrong; empty: nothing.
net::Task<std::string> TlsReports::mail(Address to, DuePtr due) {
  auto const id = services_.spool.next_id();
  std::string const file = config_.hostname + "!" + due->domain + "!" + seconds_of(due->day) + "!" +
                           seconds_of(last_second(due->day)) + "!" + id.print() + ".json.gz";
  auto message = make_tls_report_message({due->report, wire::gzip(print(due->report)), due->domain,
                                          config_.hostname, file, to, id, services_.clock.now()});
  bool const safe = co_await enqueue(&services_.loop, &services_.spool, id, std::move(message));
  co_return safe ? "" : "the spool cannot take it";
}

net::Task<std::string> TlsReports::post(std::string uri, wire::HttpsPlace place, DuePtr due) {
  auto const addresses = co_await net::find_addresses(services_.dns, place.host);
  if (addresses.addresses.empty()) co_return addresses.problem;
  net::HttpsRequest request;
  request.url = uri;
  request.host = place.host;
  request.addresses = addresses.addresses;
  request.port = place.port == 443 ? config_.https_port : place.port;
  request.ca_file = config_.ca_file;
  request.content_type = "application/tlsrpt+gzip";  // RFC 8460 section 5.4
  request.body = wire::gzip(print(due->report));
  auto call = [request] { return net::fetch_https(request); };
  auto const answer = co_await workers_.run(std::move(call));
  if (!answer) co_return answer.error().why;
  co_return answer->status / 100 == 2 ? std::string() : "HTTP " + std::to_string(answer->status);
}

}  // namespace postern::delivery

#include "app/server/certificate_watch.hpp"

#include <algorithm>

#include "app/settings/certificate_advice.hpp"
#include "net/wall_clock.hpp"

namespace postern::app {
namespace {

constexpr std::chrono::hours look_interval{24};

std::int64_t seconds_of(Instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

void tell_of_certificates(Settings const& settings, Instant now, Log& log, Counters& counters) {
  std::int64_t first = 0;
  for (auto const& [file, ends] : certificate_ends(settings)) {
    auto const end = seconds_of(ends);
    first = first == 0 ? end : std::min(first, end);
    auto const days = days_left(ends, now);
    if (days >= near_days) continue;
    log.write(LogEvent(days < 0 ? Severity::error : Severity::warning, "certificate-expires")
                  .add("days", days)
                  .add("file", file)
                  .add("at", print_iso8601(ends)));
  }
  counters.certificate_expiry = first;
}

void CertificateWatch::look_at(Settings const& settings) {
  settings_ = settings;
  look();
}

void CertificateWatch::look() {
  tell_of_certificates(settings_, net::wall_clock(), log_, counters_);
  timer_.expires_after(look_interval);  // a wait that is under way ends with an error
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopping_) look();
  });
}

void CertificateWatch::stop() {
  stopping_ = true;
  timer_.cancel();
}

}  // namespace postern::app

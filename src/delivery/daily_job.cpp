#include "delivery/daily_job.hpp"

#include <algorithm>

#include "net/spawn.hpp"

namespace postern::delivery {

Instant day_of(Instant at) { return std::chrono::floor<std::chrono::days>(at); }

std::string print_day(Instant day) { return print_iso8601(day).substr(0, 10); }

Instant at_hour(int hour, Instant now) {
  auto const today = day_of(now) + std::chrono::hours(hour);
  return today > now ? today : today + one_day;
}

DailyJob::DailyJob(Services services, std::string name, Work work)
    : services_(services), name_(std::move(name)), work_(std::move(work)), timer_(services.loop.context()) {}

void DailyJob::start() { reschedule(); }

void DailyJob::run(Instant day) {
  services_.loop.post([this, day] { begin(day); });
}

void DailyJob::reschedule() {
  services_.loop.post([this] { sleep(); });
}

void DailyJob::stop() {
  services_.loop.post([this] {
    stopping_ = true;
    timer_.cancel();
  });
}

void DailyJob::begin(Instant day) {
  if (running_ || stopping_) return;
  running_ = true;
  net::spawn(services_.loop, work_.run(day_of(day)), services_.log, services_.counters, name_, [this] {
    running_ = false;
    sleep();
  });
}

void DailyJob::sleep() {
  if (stopping_) return;
  auto const wait = work_.next() - services_.clock.now();
  timer_.expires_after(std::max<std::chrono::steady_clock::duration>(wait, std::chrono::seconds(1)));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || stopping_) return;
    sleep();
    if (work_.wanted()) begin(services_.clock.now() - one_day);
  });
}

}  // namespace postern::delivery

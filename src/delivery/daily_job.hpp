// Does a piece of work about a day, once the day is over and whenever it is asked to; never twice at the same
// time. Thread: its event loop; start(), run(), reschedule() and stop() from any.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "base/log.hpp"
#include "net/event_loop.hpp"
#include "net/task.hpp"
#include "net/timer.hpp"

namespace postern::delivery {

constexpr std::chrono::hours one_day{24};

Instant day_of(Instant at);              // its first moment, UTC
std::string print_day(Instant day);      // 2026-01-31
Instant at_hour(int hour, Instant now);  // the next time it is `hour` o'clock, UTC

class DailyJob {
 public:
  struct Services {
    net::EventLoop& loop;
    Log& log;
    Counters& counters;
    Clock const& clock;
  };
  struct Work {
    std::function<net::Task<void>(Instant day)> run;
    std::function<Instant()> next;  // when it is run by itself; asked at the start and after each run
    std::function<bool()> wanted;   // whether it is run by itself
  };

  // `name`: for the log.
  DailyJob(Services services, std::string name, Work work);

  void start();
  void run(Instant day);  // now; nothing happens while it runs already
  void reschedule();      // next() has changed
  void stop();            // begins nothing more
  bool stopping() const { return stopping_; }

 private:
  void begin(Instant day);
  void sleep();

  Services services_;
  std::string name_;
  Work work_;
  net::Timer timer_;
  bool running_ = false;
  bool stopping_ = false;
};

}  // namespace postern::delivery

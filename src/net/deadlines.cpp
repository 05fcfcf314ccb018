// The keeper looks at all deadlines at each tick. Those that are late move to a ring of their own and expire
// one by one, each after it has left that ring: so expire() may destroy or change any other deadline, also
// one that is late in the same tick, and the walk goes on with whatever is left.
#include "net/deadlines.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include "net/task.hpp"

namespace postern::net {

struct DeadlineKeeper::Timer {
  explicit Timer(boost::asio::io_context& loop) : timer(loop.get_executor()) {}

  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer;
};

void Deadline::in(Duration limit) {
  at_ = std::chrono::steady_clock::now() + limit;
  passed_ = false;
  if (!linked() || late_) keeper_.enter(*this);
}

void Deadline::off() { unlink(); }

DeadlineKeeper::DeadlineKeeper(boost::asio::io_context& loop) : timer_(std::make_unique<Timer>(loop)) {}

DeadlineKeeper::~DeadlineKeeper() = default;

void DeadlineKeeper::enter(Deadline& deadline) {
  deadline.late_ = false;
  kept_.add(deadline);
  if (!waiting_) wait();
}

void DeadlineKeeper::wait() {
  waiting_ = true;
  timer_->timer.expires_after(tick);
  timer_->timer.async_wait([this](boost::system::error_code error) {
    waiting_ = false;
    if (error) return;
    expire_late(std::chrono::steady_clock::now());
    if (kept_.first() != nullptr && !waiting_) wait();
  });
}

void DeadlineKeeper::expire_late(std::chrono::steady_clock::time_point now) {
  Ring<Deadline> late;
  for (auto* each = kept_.first(); each != nullptr;) {
    auto* const following = kept_.after(*each);
    if (each->at_ <= now) {
      each->late_ = true;
      late.add(*each);
    }
    each = following;
  }
  while (auto* const deadline = late.first()) {
    deadline->off();
    deadline->late_ = false;
    deadline->passed_ = true;
    deadline->expire();
  }
}

}  // namespace postern::net

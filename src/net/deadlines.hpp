// Time limits as points in time, kept once a loop, instead of a timer for each read. Resolution:
// DeadlineKeeper::tick. Of one loop.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/instant.hpp"
#include "net/task.hpp"

namespace postern::net {

class DeadlineKeeper;

// Who has one implements expire(), which makes the wait that is under way end.
class Deadline {
 public:
  explicit Deadline(DeadlineKeeper& keeper) : keeper_(keeper) {}
  Deadline(Deadline const&) = delete;
  Deadline& operator=(Deadline const&) = delete;
  virtual ~Deadline();

  void in(Duration limit);  // from now; replaces the one before
  void off();
  bool passed() const { return passed_; }

 protected:
  virtual void expire() = 0;

 private:
  friend class DeadlineKeeper;
  DeadlineKeeper& keeper_;
  std::chrono::steady_clock::time_point at_{};
  std::size_t slot_ = none;
  bool passed_ = false;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

class DeadlineKeeper {
 public:
  static constexpr std::chrono::milliseconds tick{200};

  explicit DeadlineKeeper(boost::asio::io_context& loop);
  ~DeadlineKeeper();  // lets go of deadlines that outlive it

 private:
  friend class Deadline;
  using Timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
  void enter(Deadline& deadline);
  void leave(Deadline& deadline);
  void wait();
  void look();

  Timer timer_;
  std::vector<Deadline*> kept_;
  bool waiting_ = false;
};

}  // namespace postern::net

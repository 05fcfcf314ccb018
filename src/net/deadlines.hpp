// Time limits as points in time, kept once per loop, instead of a timer for each read. Resolution:
// DeadlineKeeper::tick. Thread: its event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>

#include "base/instant.hpp"
#include "net/ring.hpp"

namespace postern::net {

class DeadlineKeeper;

// A class that has a time limit derives from this and implements expire().
class Deadline : private RingLink {
 public:
  explicit Deadline(DeadlineKeeper& keeper) : keeper_(keeper) {}
  virtual ~Deadline() = default;

  void in(Duration limit);  // from now; replaces the one before
  void off();
  bool passed() const { return passed_; }

 protected:
  // Makes the wait that is under way end, by what it posts to its loop. May set this deadline anew, and may
  // change or destroy any other.
  virtual void expire() = 0;

 private:
  friend class DeadlineKeeper;
  friend class Ring<Deadline>;

  DeadlineKeeper& keeper_;
  std::chrono::steady_clock::time_point at_{};
  bool late_ = false;  // about to expire, in the tick that is being worked off
  bool passed_ = false;
};

class DeadlineKeeper {
 public:
  static constexpr std::chrono::milliseconds tick{200};

  explicit DeadlineKeeper(boost::asio::io_context& loop);
  ~DeadlineKeeper();  // lets go of deadlines that outlive it

  // Ends what is late at `now`. The keeper's own timer does it at each tick.
  void expire_late(std::chrono::steady_clock::time_point now);

 private:
  friend class Deadline;
  struct Timer;

  void enter(Deadline& deadline);
  void wait();

  std::unique_ptr<Timer> timer_;
  Ring<Deadline> kept_;
  bool waiting_ = false;
};

}  // namespace postern::net

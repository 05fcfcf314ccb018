// Carries messages to one destination: opened by a delivery agent, used for one message after the other, and
// closed when there are no more. Thread: its event loop.
#pragma once

#include <memory>
#include <vector>

#include "delivery/destination.hpp"
#include "net/task.hpp"

namespace postern::delivery {

struct Delivered {
  std::vector<RecipientOutcome> outcomes;  // one for each recipient of the attempt
  bool reached = true;                     // false: nobody at the destination could be talked to
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual net::Task<Delivered> deliver(Attempt attempt) = 0;
  virtual net::Task<void> close() = 0;
  virtual bool keeps_connection() const { return false; }  // one is open, and worth keeping for a moment
  virtual void cut() {}                                    // what waits ends, soon
};

}  // namespace postern::delivery

// A conversation with whoever has connected to one of our listeners. Thread: its event loop.
#pragma once

#include "net/task.hpp"

namespace postern::session {

class Session {
 public:
  virtual ~Session() = default;
  virtual net::Task<void> converse() = 0;  // from the first byte to the last; its owner keeps it until then
  virtual void drain() = 0;                // ends at the next pause
  virtual void cut() = 0;                  // ends now: no wait of it goes on, and none begins
};

}  // namespace postern::session

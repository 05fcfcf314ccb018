// The management API, spoken over the control socket only (docs/operations.md): the queue.
//   GET    /api/queue?after=ID          {"messages": [...], "next": ID or null}
//   GET    /api/queue/ID                one, with its header section
//   POST   /api/queue/ID/retry|hold|release, POST /api/queue/retry
//   DELETE /api/queue/ID
// Threads: of the web loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/message_id.hpp"
#include "store/spool.hpp"
#include "web/http_server.hpp"

namespace postern::web {

struct QueueControl {
  store::Spool& spool;
  std::function<void(MessageId)> retry;
  std::function<void()> retry_all;
};

HttpAnswer answer_api(QueueControl const& control, std::string_view method, std::string_view target);

}  // namespace postern::web

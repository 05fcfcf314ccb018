// The management API, spoken over the control socket only (docs/operations.md): the queue, reports.
//   GET    /api/queue?after=ID          {"messages": [...], "next": ID or null}
//   GET    /api/queue/ID                one, with its header section
//   POST   /api/queue/ID/retry|hold|release, POST /api/queue/retry
//   POST   /api/queue/ID/move?to=ROUTE  along another way; none: back to the configured one
//   DELETE /api/queue/ID
//   GET    /api/destinations            {"destinations": [...]}: what waits for whom, and why
//   POST   /api/tlsrpt/send?day=DAY     sends that day's reports about TLS that have not been sent
//   POST   /api/notices/send?day=DAY    sends that day's notices about mail that rules acted on
//   POST   /api/memory/import           takes in what `postern memory import` has left
//   DELETE /api/memory/KIND/NAME        forgets
// Threads: of the web loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/message_id.hpp"
#include "policy/tls_memory.hpp"
#include "store/spool.hpp"
#include "web/destination_summary.hpp"
#include "web/http_server.hpp"

namespace postern::web {

struct Control {
  store::Spool& spool;
  std::function<void(MessageId)> retry;
  std::function<void()> retry_all;
  DestinationOf destination;
  std::function<std::vector<DestinationState>()> destinations;
  std::function<std::string(MessageId, std::string const& route)> move;  // what is wrong; empty: moved
  std::function<void(Instant day)> send_tls_reports;
  std::function<void(Instant day)> send_notices;
  std::function<Result<std::size_t, std::string>()> take_imported_memory;  // entries
  std::function<bool(policy::MemoryKind, std::string const& name)> forget_memory;
};

HttpAnswer answer_api(Control const& control, std::string_view method, std::string_view target);

}  // namespace postern::web
